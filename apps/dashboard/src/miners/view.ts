import { minerStates, type MinerState } from '@headframe/protocol'
import { noMiner, type Fleet } from '../live/fleet.ts'
import { addressOrder } from './address-order.ts'
import { matcherOf } from './match.ts'
import type { Term } from './query.ts'
import { sortRows, type Sort } from './sort.ts'

export interface Asked {
  readonly terms: readonly Term[]
  /** Empty for all. */
  readonly states: readonly MinerState[]
  readonly sort: Sort
}

export interface View {
  /** Row numbers of the fleet, in order. */
  readonly rows: Uint32Array
  /** Of what the query matches, before the choice of states: they add up to `matching`. */
  readonly counts: Readonly<Record<MinerState, number>>
  readonly matching: number
}

/** Which miners to show, in which order. */
export function viewOf(fleet: Fleet, asked: Asked, now: number): View {
  const matches = matcherOf(asked.terms, fleet, now)
  const chosen = new Set(asked.states.map(state => minerStates.indexOf(state)))
  const counts = new Uint32Array(minerStates.length)
  const found = new Uint32Array(fleet.rowCount)
  let shown = 0
  for (const row of addressOrder(fleet)) {
    const state = fleet.states[row] ?? noMiner
    if (state === noMiner || !matches(row)) continue
    counts[state] = (counts[state] ?? 0) + 1
    if (chosen.size === 0 || chosen.has(state)) found[shown++] = row
  }
  const matching = counts.reduce((sum, count) => sum + count, 0)
  return { rows: sortRows(found.slice(0, shown), asked.sort, { fleet, now }), counts: countsByState(counts), matching }
}

/** The new rows in the order of the old ones, new ones at the end: so that nothing moves under a pointer. */
export function heldOrder(before: Uint32Array, next: Uint32Array): Uint32Array {
  const wanted = new Uint8Array(next.reduce((most, row) => Math.max(most, row), 0) + 1)
  for (const row of next) wanted[row] = 1
  const held = new Uint32Array(next.length)
  let place = 0
  for (const rows of [before, next])
    for (const row of rows) {
      if (wanted[row] !== 1) continue
      wanted[row] = 0
      held[place++] = row
    }
  return held
}

function countsByState(counts: Uint32Array): Record<MinerState, number> {
  const of = (state: MinerState) => counts[minerStates.indexOf(state)] ?? 0
  return {
    unknown: of('unknown'),
    offline: of('offline'),
    curtailed: of('curtailed'),
    paused: of('paused'),
    fault: of('fault'),
    hot: of('hot'),
    low: of('low'),
    hashing: of('hashing'),
  }
}
