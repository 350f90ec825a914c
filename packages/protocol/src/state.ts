import { columns, miningStates, nullCode, reachStates } from './live/columns.ts'
import { fromCode } from './live/columns.ts'
import type { LiveTable } from './live/table.ts'
import { problemCode, type ProblemCode } from './reading.ts'

/** The eight states of a miner. The first that matches, in this order, is the state. */
export const minerStates = ['unknown', 'offline', 'curtailed', 'paused', 'fault', 'hot', 'low', 'hashing'] as const
export type MinerState = (typeof minerStates)[number]

const bits = (...codes: ProblemCode[]) => codes.reduce((sum, code) => sum | problemBit(code), 0)

/** The bit of a problem in the live column `problems`. */
export function problemBit(code: ProblemCode): number {
  return 1 << problemCode.options.indexOf(code)
}

/** The problems in a set of bits. Bits that this release does not know are left out. */
export function problemsOf(set: number): ProblemCode[] {
  return problemCode.options.filter(code => (set & problemBit(code)) !== 0)
}

export const faultBits = bits(
  'hashboard-missing',
  'hashboard-fault',
  'fan-stopped',
  'psu-fault',
  'control-board',
  'eeprom',
)
export const hotBits = bits('chip-too-hot', 'board-too-hot', 'inlet-too-hot')
export const lowBits = bits('hashrate-low', 'chips-missing', 'power-low')

export interface StateClock {
  /** Epoch ms. */
  readonly now: number
  /** A value older than this is stale: two beats. */
  readonly staleAfterMs: number
  /** Since the relay fell silent, all that it spoke for is unknown, not offline [T1]. */
  readonly relaySilent: boolean
}

/** The one predicate of state: counters, filters, colours and alerts all ask here. */
export function stateOf(table: LiveTable, slot: number, clock: StateClock): MinerState {
  const cell = (id: number) => table.columns.get(id)?.[slot] ?? nullCode
  const observedAt = fromCode(columns.observedAt.coding, cell(columns.observedAt.id))
  const reach = reachStates[cell(columns.reach.id)]
  if (clock.relaySilent || reach === undefined || reach === 'waiting') return 'unknown'
  if (reach === 'silent') return 'offline'
  if (reach !== 'answering') return 'unknown'
  if (observedAt === null || clock.now - observedAt > clock.staleAfterMs) return 'unknown'
  return workingState(miningStates[cell(columns.mining.id)], cell(columns.problems.id))
}

function workingState(mining: (typeof miningStates)[number] | undefined, problems: number): MinerState {
  const set = problems === nullCode ? 0 : problems
  if (mining === 'paused') return 'paused'
  if (mining === 'fault' || (set & faultBits) !== 0) return 'fault'
  if ((set & hotBits) !== 0) return 'hot'
  if ((set & lowBits) !== 0 && mining !== 'starting' && mining !== 'tuning') return 'low'
  return mining === undefined || mining === 'unknown' ? 'unknown' : 'hashing'
}
