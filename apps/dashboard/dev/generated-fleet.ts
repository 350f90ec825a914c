import { readInventory, type PackedInventory, type RelayStatus } from '@headframe/protocol'
import { Fleet } from '../src/live/fleet.ts'
import { cohortKey } from '../src/live/places.ts'
import { createMine, generatedRelay, type Mine } from './mine.ts'
import { packMine } from './pack-mine.ts'

/** When generated fleets of tests are looked at. */
export const now = 1_795_176_000_000

/** What a relay says later than its hello. */
export const nothingYet = {
  quarantined: 0,
  health: null,
  clockOffsetMs: 0,
  boxes: [],
  historyThroughAt: null,
} satisfies Partial<RelayStatus>

export const relay: RelayStatus = {
  id: generatedRelay,
  name: 'north-box',
  silentSince: null,
  lastHeardAt: now,
  allowed: [],
  demo: true,
  pollEveryMs: 30_000,
  software: '',
  ...nothingYet,
}

/** A fleet with every row of a generated mine, told in packed parts. Its states are not judged yet. */
export function createFleet(miners: number): { readonly fleet: Fleet; readonly mine: Mine } {
  const mine = createMine(miners, now)
  const fleet = new Fleet()
  fleet.relays = [relay]
  for (const part of packedParts(mine)) fleet.putPacked(part)
  mine.cohorts.forEach((table, cohort) => fleet.copyCohort(cohortKey(generatedRelay, cohort), table))
  return { fleet, mine }
}

/** A mine as control tells it to a dashboard that comes. */
export function packedParts(mine: Mine): PackedInventory[] {
  const bodies: Uint8Array[] = []
  // What it deflates is the body that is read.
  const keep = (body: Uint8Array) => (bodies.push(body), new Uint8Array())
  packMine(mine, keep)
  return bodies.map(body => {
    const read = readInventory(body)
    if (!read.ok) throw new Error(read.error.text)
    return read.inventory
  })
}
