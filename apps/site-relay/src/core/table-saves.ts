import type { Core, CoreDeps } from './core.ts'

/**
 * Each table is saved once in so many seconds, a part of them each second: all at once would hold everything up. More
 * often would wear the disk for nothing: a start shows values with their age, and history holds every minute anyway.
 */
const everyS = 60

type From = {
  readonly fleet: { readonly tables: Pick<Core['fleet']['tables'], 'cohorts'> }
  readonly writer: Pick<Core['writer'], 'write'>
}
type To = {
  readonly stores: Pick<CoreDeps['stores'], 'live'>
  readonly world: Pick<CoreDeps['world'], 'now'>
}

/** To be called every second. */
export function savingTables({ fleet, writer }: From, { stores, world }: To): () => void {
  let second = 0
  return () => {
    const due = fleet.tables.cohorts().filter(({ cohort }) => cohort % everyS === second % everyS)
    second += 1
    if (due.length > 0) writer.write(() => stores.live.save(due, world.now()))
  }
}

/** At an orderly end. */
export function saveTables({ fleet, writer }: From, { stores, world }: To): void {
  writer.write(() => stores.live.save(fleet.tables.cohorts(), world.now()))
}
