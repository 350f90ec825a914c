import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { relayId } from '../ids.ts'
import { applyFrame } from './apply.ts'
import { cohortSlots, columns, type KnownColumn } from './columns.ts'
import { decodeFrame } from './decode.ts'
import { splitFrames } from './interleave.ts'
import { createLeader } from './lead.ts'
import { maxInflatedBytes, openPacked, packMessages } from './packed.ts'
import { copyTable, createTable, moveCell, sameTable, type LiveTable } from './table.ts'

const minerCount = 50_000
const day = 86_400_000
const midnight = Date.UTC(2026, 9, 1)

// The noise of the benchmark: hashrate ±3 % white, temperatures a walk of 0.4 °C a minute, 6 shares a minute (Poisson).
const random = randomFrom(2026)
const cohorts = buildSite()
const [keyframe, before, steady] = [beatAfterPolls(0), beatAfterPolls(1), beatAfterPolls(2)]

test('a keyframe of 50,000 miners costs at most 8 bytes a miner', () => {
  expect(perMiner(keyframe.messages)).toBeLessThanOrEqual(8)
})

test('a steady minute of 50,000 miners costs at most 2 bytes a miner', () => {
  expect(perMiner(steady.messages)).toBeLessThanOrEqual(2)
})

test('a steady minute of 50,000 miners is one message of at most 256 KiB', () => {
  expect(steady.messages.map(message => message.length <= 256 * 1024)).toEqual([true])
})

test('50,000 miners are inflated, decoded and applied in under 50 ms of processor time', () => {
  const times = Array.from({ length: 5 }, () => timeToApply())
  expect(Math.min(...times)).toBeLessThan(50)
})

test('what was applied is what the relay had', () => {
  expect(applySteady().map((table, index) => sameTable(table, steady.tables[index]!))).toEqual(cohorts.map(() => true))
})

interface SimulatedMiner {
  readonly nominalHs: number
  readonly powerW: number
  readonly fanRpm: number
  readonly startedAt: number
  readonly phaseMs: number
  readonly tempsC: number[]
  accepted: number
  rejected: number
}

/** Up for a week, started one after another; one in twenty was restarted since. */
function buildSite() {
  return Array.from({ length: Math.ceil(minerCount / cohortSlots) }, (_, cohort) => {
    const slots = Math.min(cohortSlots, minerCount - cohort * cohortSlots)
    const nominalHs = [110e12, 140e12, 200e12][cohort % 3]!
    return {
      table: createTable(slots),
      miners: Array.from({ length: slots }, (_, slot) => buildMiner(nominalHs, slot)),
      leader: createLeader({ relay: relayId.parse('relay_benchmark'), epoch: 1, cohort }),
    }
  })
}

function buildMiner(nominalHs: number, slot: number): SimulatedMiner {
  const restarted = random.uniform() < 0.05
  const startedAt = restarted ? midnight - random.uniform() * 7 * day : midnight - 7 * day + slot * 200
  const accepted = random.poisson((midnight - startedAt) / 10_000)
  const tempsC = [
    [68, 3],
    [60, 3],
    [28, 2],
  ].map(([mean, spread]) => mean! + spread! * random.normal())
  return {
    nominalHs,
    powerW: 3400 * (1 + 0.01 * random.normal()),
    fanRpm: 5400 + 150 * random.normal(),
    startedAt,
    phaseMs: (slot / cohortSlots) * 30_000,
    tempsC,
    accepted,
    rejected: random.poisson(accepted * 0.002),
  }
}

/** Two polls of each miner, as in every minute, and the beat after them. */
function beatAfterPolls(minute: number) {
  for (const half of [0, 0.5]) {
    for (const { table, miners } of cohorts) {
      miners.forEach((miner, slot) => poll(table, miner, { slot, at: midnight + (minute + half) * 60_000 }))
    }
  }
  const frames = cohorts.map(({ leader, table }) => leader.beat(table, midnight + minute * 60_000)!)
  const tables = cohorts.map(({ table }) => copyTable(table))
  for (const { leader } of cohorts) leader.acked({ epoch: 1, seq: minute + 1 })
  return { messages: packMessages('beat', frames, bytes => deflateRawSync(bytes)), tables }
}

function poll(table: LiveTable, miner: SimulatedMiner, { slot, at }: { slot: number; at: number }) {
  const write = (column: KnownColumn, value: number) => moveCell(table, { column, slot, value })
  miner.tempsC.forEach((tempC, index) => (miner.tempsC[index] = tempC + (0.4 / Math.SQRT2) * random.normal()))
  miner.accepted += random.poisson(3)
  miner.rejected += random.poisson(0.006)
  write(columns.hashrateHs, miner.nominalHs * (1 + 0.03 * random.normal()))
  write(columns.expectedHashrateHs, miner.nominalHs)
  write(columns.powerW, miner.powerW)
  write(columns.chipTempC, miner.tempsC[0]!)
  write(columns.boardTempC, miner.tempsC[1]!)
  write(columns.inletTempC, miner.tempsC[2]!)
  write(columns.fanRpm, miner.fanRpm)
  write(columns.accepted, miner.accepted)
  write(columns.rejected, miner.rejected)
  write(columns.mining, 1)
  write(columns.startedAt, miner.startedAt)
  write(columns.problems, 0)
  write(columns.activePool, 0)
  write(columns.boardsPresent, 3)
  // Miners answer after 200 to 500 ms.
  write(columns.observedAt, at + miner.phaseMs + 200 + 300 * random.uniform())
  write(columns.reach, 1)
}

function applySteady() {
  const frames = steady.messages.flatMap(message => {
    const opened = openPacked(message)
    if (!opened.ok) throw new Error(opened.error.text)
    const split = splitFrames(inflateRawSync(opened.deflated, { maxOutputLength: maxInflatedBytes }))
    if (!split.ok) throw new Error(split.error.text)
    return split.frames
  })
  return frames.map((bytes, index) => {
    const decoded = decodeFrame(bytes)
    if (!decoded.ok) throw new Error(decoded.error.text)
    const applied = applyFrame(decoded.frame, before.tables[index]!)
    if (!applied.ok) throw new Error(applied.error)
    return applied.table
  })
}

/** Milliseconds of this thread: other work on the machine does not count. */
function timeToApply(): number {
  const start = process.threadCpuUsage()
  applySteady()
  const { user, system } = process.threadCpuUsage(start)
  return (user + system) / 1000
}

function perMiner(messages: readonly Uint8Array[]): number {
  return messages.reduce((sum, message) => sum + message.length, 0) / minerCount
}

/** Mulberry32: the same site in every run. */
function randomFrom(seed: number) {
  let state = seed
  const uniform = () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  const poisson = (mean: number) => {
    if (mean > 100) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()))
    let count = -1
    for (let product = 1; product > Math.exp(-mean); product *= uniform()) count++
    return count
  }
  return { uniform, normal, poisson }
}
