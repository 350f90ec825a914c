import { problemBit, type Hashboard, type Reading } from '@headframe/protocol'
import { thresholdsOf } from './thresholds.ts'

/** What the rules remember of a miner between readings. */
export interface RuleMemory {
  /** Readings in a row below `lowRatio` of what was expected. */
  readonly lowReadings: number
  readonly low: boolean
}

export const freshMemory: RuleMemory = { lowReadings: 0, low: false }

export interface Judgement {
  /** One bit for each problem: what the miner says and what the relay sees. */
  readonly problems: number
  readonly memory: RuleMemory
}

/** Weighs one reading. The miner's own problems count as they are; the rules add what it does not say itself. */
export function judge(reading: Reading, before: RuleMemory): Judgement {
  const memory = weighHashrate(reading, before)
  const said = reading.problems.reduce((bits, problem) => bits | problemBit(problem.code), 0)
  const seen = hot(reading) | parts(reading) | pools(reading) | (memory.low ? problemBit('hashrate-low') : 0)
  return { problems: said | seen, memory }
}

const lowRatio = 0.8
const wellRatio = 0.85
/** Short windows are noisy: three readings in a row make it low. */
const lowReadings = 3
/** A mean over half an hour is low for half an hour after a start. */
const leastSettleMs = 600_000

function weighHashrate(reading: Reading, before: RuleMemory): RuleMemory {
  const ratio = settled(reading) ? ratioOf(reading) : null
  if (ratio === null) return freshMemory
  if (ratio >= wellRatio) return freshMemory
  if (ratio >= lowRatio) return { lowReadings: 0, low: before.low }
  const counted = before.lowReadings + 1
  return { lowReadings: counted, low: before.low || counted >= lowReadings }
}

function settled(reading: Reading): boolean {
  if (reading.mining !== 'running' && reading.mining !== 'unknown') return false
  const settleMs = Math.max(leastSettleMs, reading.windowMs ?? 0)
  return reading.uptimeS !== null && reading.uptimeS * 1000 >= settleMs
}

function ratioOf(reading: Reading): number | null {
  const expected = reading.expectedHashrateHs ?? reading.nameplateHashrateHs
  return reading.hashrateHs === null || expected === null || expected <= 0 ? null : reading.hashrateHs / expected
}

function hot(reading: Reading): number {
  const limits = thresholdsOf(reading)
  const over = (temp: number | null, limit: number) => temp !== null && temp >= limit
  const chip = reading.hashboards.some(board => over(board.chipTempC, limits.chipTempC))
  const board = reading.hashboards.some(each => over(each.boardTempC, limits.boardTempC))
  return (
    (chip ? problemBit('chip-too-hot') : 0) |
    (board ? problemBit('board-too-hot') : 0) |
    (over(reading.inletTempC, limits.inletTempC) ? problemBit('inlet-too-hot') : 0)
  )
}

function parts(reading: Reading): number {
  const missing = reading.hashboards.some(board => !board.present)
  const chips = reading.hashboards.some(lacksChips)
  return (
    (missing ? problemBit('hashboard-missing') : 0) |
    (chips ? problemBit('chips-missing') : 0) |
    (oneFanStopped(reading) ? problemBit('fan-stopped') : 0)
  )
}

const lacksChips = (board: Hashboard) =>
  board.present && board.chips !== null && board.chipsExpected !== null && board.chips < board.chipsExpected

/** Where all fans stand still there are none: immersion and hydro machines list them all the same. */
function oneFanStopped(reading: Reading): boolean {
  if (reading.mining !== 'running' && reading.mining !== 'tuning') return false
  return reading.fans.some(fan => fan.rpm === 0) && reading.fans.some(fan => fan.rpm !== null && fan.rpm > 0)
}

function pools(reading: Reading): number {
  const set = reading.pools.filter(pool => pool.url !== null && pool.url !== '')
  return set.length > 0 && set.every(pool => pool.alive === false) ? problemBit('pool-unreachable') : 0
}
