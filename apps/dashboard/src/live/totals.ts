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

/** Adds up a site, or some rows of it. */
export function totalsOf(fleet: Fleet, rows: Iterable<number> = allRows(fleet)): Totals {
  const counts = new Uint32Array(minerStates.length)
  const fresh = new Uint32Array(fleet.rowCount)
  let size = 0
  for (const row of rows) {
    const state = fleet.states[row] ?? noMiner
    if (state === noMiner) continue
    counts[state] = (counts[state] ?? 0) + 1
    if (state !== unknown && state !== offline) fresh[size++] = row
  }
  const counted = fresh.subarray(0, size)
  const sum = (column: (typeof columns)[SummedName]) => sumOf(fleet, column, counted)
  return {
    ...stateCounts(counts),
    hashrateHs: sum(columns.hashrateHs),
    expectedHashrateHs: sum(columns.expectedHashrateHs),
    powerW: sum(columns.powerW),
    accepted: sum(columns.accepted),
    rejected: sum(columns.rejected),
    efficiencyJth: efficiencyOf(fleet, counted),
  }
}

type SummedName = 'hashrateHs' | 'expectedHashrateHs' | 'powerW' | 'accepted' | 'rejected'

const unknown = minerStates.indexOf('unknown')
const offline = minerStates.indexOf('offline')

export function* allRows(fleet: Fleet): Generator<number> {
  for (let row = 0; row < fleet.rowCount; row++) if (fleet.has(row)) yield row
}

function sumOf(fleet: Fleet, column: (typeof columns)[SummedName], rows: Uint32Array): Sum {
  const codes = fleet.codes(column)
  let [total, miners] = [0, 0]
  for (const row of rows) {
    const code = codes[row] ?? nullCode
    if (code === nullCode) continue
    total += numberOf(column, code)
    miners++
  }
  return { total, miners }
}

function efficiencyOf(fleet: Fleet, rows: Uint32Array): Sum | null {
  const [hashrates, powers] = [fleet.codes(columns.hashrateHs), fleet.codes(columns.powerW)]
  let [hashrateHs, powerW, miners] = [0, 0, 0]
  for (const row of rows) {
    const hashrate = numberOf(columns.hashrateHs, hashrates[row] ?? nullCode)
    const power = numberOf(columns.powerW, powers[row] ?? nullCode)
    if (!(hashrate > 0) || Number.isNaN(power)) continue
    hashrateHs += hashrate
    powerW += power
    miners++
  }
  return miners === 0 ? null : { total: powerW / (hashrateHs / 1e12), miners }
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
