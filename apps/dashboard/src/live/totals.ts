import { columns, minerStates, nullCode, type MinerState } from '@headframe/protocol'
import { noMiner, type Fleet } from './fleet.ts'
import { numberOf } from './values.ts'

/** A sum, and how many miners are in it. */
export interface Sum {
  readonly total: number
  readonly miners: number
}

export interface Totals {
  readonly miners: number
  readonly states: Readonly<Record<MinerState, number>>
  /** Miners whose values are fresh: all but the unknown and the offline. Every sum below is over these. */
  readonly fresh: number
  readonly hashrateHs: Sum
  readonly expectedHashrateHs: Sum
  readonly powerW: Sum
  /** Sum of W over sum of TH/s, over miners where both are known. */
  readonly efficiencyJth: Sum | null
  readonly accepted: Sum
  readonly rejected: Sum
}

const summed = [
  columns.hashrateHs,
  columns.expectedHashrateHs,
  columns.powerW,
  columns.accepted,
  columns.rejected,
] as const

/** Adds up a site, or some rows of it. */
export function totalsOf(fleet: Fleet, rows: Iterable<number> = allRows(fleet)): Totals {
  const counts = new Uint32Array(minerStates.length)
  const sums = summed.map(column => ({ column, codes: fleet.codes(column), total: 0, miners: 0 }))
  const both = { hashrateHs: 0, powerW: 0, miners: 0 }
  const unknown = minerStates.indexOf('unknown')
  const offline = minerStates.indexOf('offline')
  const [hashrates, , powers] = sums
  for (const row of rows) {
    const state = fleet.states[row] ?? noMiner
    if (state === noMiner) continue
    counts[state] = (counts[state] ?? 0) + 1
    if (state === unknown || state === offline) continue
    for (const sum of sums) addTo(sum, sum.codes[row] ?? nullCode)
    const hashrateHs = numberOf(columns.hashrateHs, hashrates?.codes[row] ?? nullCode)
    const powerW = numberOf(columns.powerW, powers?.codes[row] ?? nullCode)
    if (!(hashrateHs > 0) || Number.isNaN(powerW)) continue
    both.hashrateHs += hashrateHs
    both.powerW += powerW
    both.miners++
  }
  const efficiencyJth =
    both.miners === 0 ? null : { total: both.powerW / (both.hashrateHs / 1e12), miners: both.miners }
  return { ...stateCounts(counts), ...sumsByName(sums), efficiencyJth }
}

export function* allRows(fleet: Fleet): Generator<number> {
  for (let row = 0; row < fleet.infos.length; row++) if (fleet.infos[row]) yield row
}

interface Adding {
  readonly column: (typeof summed)[number]
  readonly codes: Int32Array
  total: number
  miners: number
}

function addTo(sum: Adding, code: number): void {
  if (code === nullCode) return
  sum.total += numberOf(sum.column, code)
  sum.miners++
}

function stateCounts(counts: Uint32Array) {
  const of = (state: MinerState) => counts[minerStates.indexOf(state)] ?? 0
  const states = {
    unknown: of('unknown'),
    offline: of('offline'),
    curtailed: of('curtailed'),
    paused: of('paused'),
    fault: of('fault'),
    hot: of('hot'),
    low: of('low'),
    hashing: of('hashing'),
  }
  const miners = counts.reduce((sum, count) => sum + count, 0)
  return { miners, states, fresh: miners - states.unknown - states.offline }
}

function sumsByName(sums: readonly Adding[]) {
  const of = (name: Adding['column']['name']): Sum => {
    const found = sums.find(sum => sum.column.name === name)
    return { total: found?.total ?? 0, miners: found?.miners ?? 0 }
  }
  return {
    hashrateHs: of('hashrateHs'),
    expectedHashrateHs: of('expectedHashrateHs'),
    powerW: of('powerW'),
    accepted: of('accepted'),
    rejected: of('rejected'),
  }
}
