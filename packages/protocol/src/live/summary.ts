import { minerStates, stateJudge, type MinerState, type StateClock } from '../state.ts'
import { columns, fromCode, nullCode, type KnownColumn } from './columns.ts'
import type { LiveTable } from './table.ts'

/** What a chart of the past keeps of the tables of one moment. Sums are over miners whose readings were fresh; `null` when none told it. */
export interface TableSummary {
  readonly hashrateHs: number | null
  readonly expectedHashrateHs: number | null
  readonly powerW: number | null
  readonly states: Readonly<Record<MinerState, number>>
}

/** The sums of some tables, as they were at `clock.now`. Rows that no miner has are left out. */
export function summarise(tables: readonly LiveTable[], clock: StateClock): TableSummary {
  return addSummaries(tables.map(table => summaryOf(table, clock)))
}

/** The same, of the parts of a site. */
export function addSummaries(parts: readonly TableSummary[]): TableSummary {
  const sum = (name: 'hashrateHs' | 'expectedHashrateHs' | 'powerW') =>
    parts.reduce<number | null>((total, part) => (part[name] === null ? total : (total ?? 0) + part[name]), null)
  const states = noStates()
  for (const part of parts) for (const state of minerStates) states[state] += part.states[state]
  return {
    hashrateHs: sum('hashrateHs'),
    expectedHashrateHs: sum('expectedHashrateHs'),
    powerW: sum('powerW'),
    states,
  }
}

function summaryOf(table: LiveTable, clock: StateClock): TableSummary {
  const states = noStates()
  const judge = stateJudge(table, clock)
  const fresh = new Uint8Array(table.slots)
  const reach = table.columns.get(columns.reach.id)
  for (let slot = 0; slot < table.slots; slot++) {
    if ((reach?.[slot] ?? nullCode) === nullCode) continue
    states[judge.stateOf(slot)] += 1
    if (judge.isFresh(slot)) fresh[slot] = 1
  }
  const sum = (column: KnownColumn) => sumOf(table, column, fresh)
  return {
    hashrateHs: sum(columns.hashrateHs),
    expectedHashrateHs: sum(columns.expectedHashrateHs),
    powerW: sum(columns.powerW),
    states,
  }
}

function sumOf(table: LiveTable, column: KnownColumn, wanted: Uint8Array): number | null {
  const codes = table.columns.get(column.id)
  let sum: number | null = null
  for (let slot = 0; slot < table.slots; slot++) {
    if (wanted[slot] !== 1) continue
    const value = fromCode(column.coding, codes?.[slot] ?? nullCode)
    if (value !== null) sum = (sum ?? 0) + value
  }
  return sum
}

const noStates = (): Record<MinerState, number> => ({
  unknown: 0,
  offline: 0,
  curtailed: 0,
  paused: 0,
  fault: 0,
  hot: 0,
  low: 0,
  hashing: 0,
})
