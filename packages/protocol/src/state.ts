import { columns, fromCode, miningStates, nullCode, reachStates, type KnownColumn } from './live/columns.ts'
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
  /** A value older than this is stale, see `staleAfterMs`. */
  readonly staleAfterMs: number
  /** Since the relay fell silent, all that it spoke for is unknown, not offline [T1]. */
  readonly relaySilent: boolean
}

/** When a reading is stale, for miners that are read so often: after two beats, or two polls where those are rarer. */
export const staleAfterMs = (pollEveryMs: number): number => 2 * Math.max(60_000, pollEveryMs)

/** The one predicate of state: counters, filters, colours and alerts all ask here. */
export function stateOf(table: LiveTable, slot: number, clock: StateClock): MinerState {
  return stateJudge(table, clock).stateOf(slot)
}

/** The same for many rows of one table. */
export function stateJudge(table: LiveTable, clock: StateClock) {
  const codesOf = (column: KnownColumn) => table.columns.get(column.id)
  const [reach, observedAt, mining] = [columns.reach, columns.observedAt, columns.mining].map(codesOf)
  const problems = codesOf(columns.problems)
  const isFresh = (slot: number) => {
    const at = fromCode(columns.observedAt.coding, observedAt?.[slot] ?? nullCode)
    return at !== null && clock.now - at <= clock.staleAfterMs
  }
  return {
    /** Its reading is not stale. */
    isFresh,
    stateOf(slot: number): MinerState {
      const reached = reachStates[reach?.[slot] ?? nullCode]
      if (clock.relaySilent || reached === undefined || reached === 'waiting') return 'unknown'
      if (reached === 'silent') return 'offline'
      if (reached !== 'answering' || !isFresh(slot)) return 'unknown'
      return workingState(miningStates[mining?.[slot] ?? nullCode], problems?.[slot] ?? nullCode)
    },
  }
}

function workingState(mining: (typeof miningStates)[number] | undefined, problems: number): MinerState {
  const set = problems === nullCode ? 0 : problems
  if (mining === 'paused') return 'paused'
  if (mining === 'fault' || (set & faultBits) !== 0) return 'fault'
  if ((set & hotBits) !== 0) return 'hot'
  if ((set & lowBits) !== 0 && mining !== 'starting' && mining !== 'tuning') return 'low'
  return mining === undefined || mining === 'unknown' ? 'unknown' : 'hashing'
}
