import { faultNamed, type Fault } from './fault.ts'
import type { Model } from './model.ts'
import { gaussian, uniform, walk, type Noise } from './random.ts'

/** What the sensors of a miner show at one moment. */
export interface Measurement {
  readonly boards: readonly BoardMeasurement[]
  readonly fansRpm: readonly number[]
  readonly powerW: number
  readonly ambientC: number
}

export interface BoardMeasurement {
  readonly slot: number
  readonly present: boolean
  /** Mean rate of the last `windowMs`; without it, since mining began. */
  readonly rateHs: (windowMs?: number) => number
  readonly chipTempC: number
  readonly boardTempC: number
  readonly hwErrors: number
}

export interface Circumstances {
  readonly seed: number
  readonly now: number
  readonly miningSince: number
  /** How long the chips take from cold to full rate. */
  readonly rampMs: number
  readonly fault: Fault | null
}

/** The same circumstances give the same measurement: nothing is remembered. */
export function measure(model: Model, at: Circumstances): Measurement {
  const lost = faultNamed(at.fault, 'lost-hashboard')
  const boards = Array.from({ length: model.hashboards }, (_, slot) =>
    measureBoard(model, at, {
      slot,
      present: lost === null || slot !== Math.min(lost.options.slot, model.hashboards - 1),
    }),
  )
  return {
    boards,
    fansRpm: Array.from({ length: model.fans }, (_, slot) => fanRpm(model, at, slot)),
    powerW: powerW(model, at, boards.filter(board => board.present).length / model.hashboards),
    ambientC: 25 + spread(at, channel.ambient, 3) + 0.4 * walk(noise(at, channel.ambient), at.now / walkMs),
  }
}

/** Sum over the boards that are there. */
export function rateHs(measurement: Measurement, windowMs?: number): number {
  return measurement.boards.reduce((sum, board) => sum + board.rateHs(windowMs), 0)
}

// Channels of noise: boards and fans add their slot.
const channel = { ambient: 1, power: 2, board: 100, temperature: 200, errors: 300, fan: 400, minutes: 800 }

// The chips' luck is fresh every 5 s, so that a 5 s rate is noisy and a 30 min one calm.
const tickMs = 5_000
const deviation = 0.03
const walkMs = 30_000
const walkC = 0.4

function measureBoard(model: Model, at: Circumstances, board: { slot: number; present: boolean }): BoardMeasurement {
  const nominalHs = (model.hashrateThs * 1e12 * (1 + spread(at, channel.board + board.slot, 0.015))) / model.hashboards
  const heat = temperatureAboveC(model, at, board.slot)
  const minedS = Math.max(0, at.now - at.miningSince) / 1000
  return {
    ...board,
    rateHs: windowMs => (board.present ? nominalHs * meanFactor(model, at, { slot: board.slot, windowMs }) : 0),
    chipTempC: model.chipTempC + heat,
    boardTempC: model.boardTempC + heat,
    hwErrors: Math.floor(minedS * 0.004 * uniform(noise(at, channel.errors + board.slot))),
  }
}

// Means of more than five minutes are made of minutes: whoever reads 50,000 miners asks for some at each page.
const longStepMs = 60_000
const longFromMs = 300_000
// Beyond an hour a mean hardly moves: it is estimated from the last one.
const longestMs = 3_600_000

function meanFactor(model: Model, at: Circumstances, of: { slot: number; windowMs: number | undefined }): number {
  const wanted = Math.min(longestMs, of.windowMs ?? Math.max(tickMs, at.now - at.miningSince))
  const isLong = wanted > longFromMs
  const stepMs = isLong ? longStepMs : tickMs
  const steps = Math.max(1, Math.round(wanted / stepMs))
  // Of minutes the last that is over: one that has just begun would count for a whole.
  const last = Math.floor(at.now / stepMs) - (isLong ? 1 : 0)
  const source = noise(at, (isLong ? channel.minutes : channel.board) + of.slot)
  // Boards are independent, so each is noisier than their sum.
  const perStep = deviation * Math.sqrt((model.hashboards * tickMs) / stepMs)
  let sum = 0
  for (let step = last - steps + 1; step <= last; step += 1) {
    sum += ramp(at, (step + 1) * stepMs) * (1 + perStep * gaussian(source, step))
  }
  return Math.max(0, sum / steps)
}

function ramp(at: Circumstances, time: number): number {
  const since = Math.min(time, at.now) - at.miningSince
  if (since < 0) return 0
  return at.rampMs === 0 ? 1 : Math.min(1, since / at.rampMs)
}

function temperatureAboveC(model: Model, at: Circumstances, slot: number): number {
  const own = spread(at, channel.temperature + slot, 2.5)
  const wander = walkC * walk(noise(at, channel.temperature + slot), at.now / walkMs)
  const hot = faultNamed(at.fault, 'hot')?.options.byC ?? 0
  const still = faultNamed(at.fault, 'dead-fan') === null ? 0 : 6
  // A Bitaxe that is hotter than 75 °C stops; this one should be hot and go on.
  const added = model.family === 'bitaxe' ? Math.min(14, hot + still) : hot + still
  const cold = (1 - ramp(at, at.now)) * (model.chipTempC - 35)
  return own + wander + added - cold
}

function fanRpm(model: Model, at: Circumstances, slot: number): number {
  const dead = faultNamed(at.fault, 'dead-fan')
  if (dead !== null && slot === Math.min(dead.options.slot, model.fans - 1)) return 0
  const effort = at.fault === null ? 1 : 1.12
  const rpm = model.fanRpm * effort * (1 + spread(at, channel.fan + slot, 0.03))
  const wandered = rpm * (1 + 0.004 * walk(noise(at, channel.fan + slot), at.now / walkMs))
  return Math.round(wandered / model.fanStepRpm) * model.fanStepRpm
}

function powerW(model: Model, at: Circumstances, boardsPresent: number): number {
  const idle = model.powerW * 0.04
  const busy = (model.powerW - idle) * boardsPresent * ramp(at, at.now)
  const jitter = 1 + 0.004 * gaussian(noise(at, channel.power), at.now / tickMs)
  return (idle + busy) * (1 + spread(at, channel.power, 0.02)) * jitter
}

/** How one miner differs from the next, for good: within ± `most`. */
function spread(at: Circumstances, of: number, most: number): number {
  return (uniform({ seed: at.seed ^ 0x5eed, channel: of }) * 2 - 1) * most
}

function noise(at: Circumstances, of: number): Noise {
  return { seed: at.seed, channel: of }
}
