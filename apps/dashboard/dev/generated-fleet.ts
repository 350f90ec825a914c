import type { RelayStatus } from '@headframe/protocol'
import { cohortKey, Fleet } from '../src/live/fleet.ts'
import { createMine, generatedRelay, type Mine } from './mine.ts'

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

/** A fleet with every row of a generated mine. Its states are not judged yet. */
export function createFleet(miners: number): { readonly fleet: Fleet; readonly mine: Mine } {
  const mine = createMine(miners, now)
  const fleet = new Fleet()
  fleet.relays = [relay]
  for (const { info } of mine.miners) fleet.putMiner(generatedRelay, info)
  mine.cohorts.forEach((table, cohort) => fleet.copyCohort(cohortKey(generatedRelay, cohort), table))
  return { fleet, mine }
}
