import type { ActingBox, Core, CoreDeps } from '../core/core.ts'

/**
 * Tells the whole inventory at the start of a term: from now on it is this box that keeps it. Once for each term, however
 * often the box starts in it, and again when a control has lost some of it since. A box that may lack miners of the other
 * tells its own, and not that all others are gone. False when the disk takes nothing: to be tried again.
 */
export function announce(
  { fleet, writer }: Pick<Core, 'fleet' | 'writer'>,
  { stores, world }: Pick<CoreDeps, 'stores' | 'world'>,
  { term, isWhole }: Pick<ActingBox, 'term' | 'isWhole'>,
): boolean {
  const { journal, lease } = stores
  if (lease.read().told === term && journal.announced() > 0) return true
  const miners = fleet.inventory.all()
  return writer.write(() => {
    const told = miners.map(miner => ({ type: 'miner' as const, miner }))
    journal.append(told, world.now())
    journal.setAnnounced(journal.epoch())
    if (!isWhole) return
    journal.append([{ type: 'inventory', miners: miners.length }], world.now())
    lease.told(term)
  })
}
