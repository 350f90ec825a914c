import { relayId } from '../ids.ts'
import { applyFrame } from './apply.ts'
import { cohortSlots, columns, type KnownColumn } from './columns.ts'
import { decodeFrame } from './decode.ts'
import { splitFrames } from './interleave.ts'
import { createLeader } from './lead.ts'
import { openPacked } from './packed.ts'
import { copyTable, createTable, moveCell, type LiveTable } from './table.ts'

export interface NoisySite {
  /** Two polls of each miner, as in every minute, and the beat after them: a frame and a table for each cohort. */
  minute(): { readonly frames: Uint8Array<ArrayBuffer>[]; readonly tables: LiveTable[] }
}

/** A site with the noise of the benchmark: hashrate ±3 % white, temperatures a walk of 0.4 °C a minute, 6 shares a minute (Poisson). */
export function createNoisySite(minerCount: number): NoisySite {
  const random = randomFrom(2026)
  const cohorts = Array.from({ length: Math.ceil(minerCount / cohortSlots) }, (_, cohort) =>
    buildCohort(random, { cohort, slots: Math.min(cohortSlots, minerCount - cohort * cohortSlots) }),
  )
  let minute = 0
  const pollAll = (startedAt: number) => {
    for (const { table, miners } of cohorts) {
      miners.forEach((miner, slot) => {
        age(random, miner)
        // Miners answer after 200 to 500 ms.
        write(table, miner, { slot, at: startedAt + miner.phaseMs + 200 + 300 * random.uniform() })
      })
    }
  }
  return {
    minute() {
      const startedAt = midnight + minute++ * 60_000
      pollAll(startedAt)
      pollAll(startedAt + 30_000)
      const frames = cohorts.flatMap(({ leader, table }) => leader.beat(table, startedAt) ?? [])
      for (const { leader } of cohorts) leader.acked({ epoch: 1, seq: minute })
      return { frames, tables: cohorts.map(({ table }) => copyTable(table)) }
    },
  }
}

/**
 * What the other end does with messages: inflated, decoded and applied.
 * @param base null for keyframes
 */
export function applyMessages(
  messages: readonly Uint8Array[],
  base: readonly LiveTable[] | null,
  inflate: (deflated: Uint8Array) => Uint8Array,
): LiveTable[] {
  const frames = messages.flatMap(message => {
    const opened = openPacked(message)
    if (!opened.ok) throw new Error(opened.error.text)
    const split = splitFrames(inflate(opened.deflated))
    if (!split.ok) throw new Error(split.error.text)
    return split.frames
  })
  return frames.map((bytes, index) => {
    const decoded = decodeFrame(bytes)
    if (!decoded.ok) throw new Error(decoded.error.text)
    const applied = applyFrame(decoded.frame, base?.[index] ?? null)
    if (!applied.ok) throw new Error(applied.error)
    return applied.table
  })
}

const day = 86_400_000
/** 2026-10-01, UTC. */
const midnight = 1_790_812_800_000
const ratingsHs = [110e12, 140e12, 200e12]

interface NoisyMiner {
  readonly nominalHs: number
  readonly powerW: number
  readonly fanRpm: number
  readonly startedAt: number
  readonly phaseMs: number
  hashrateHs: number
  chipTempC: number
  boardTempC: number
  inletTempC: number
  accepted: number
  rejected: number
}

function buildCohort(random: Random, { cohort, slots }: { cohort: number; slots: number }) {
  const nominalHs = ratingsHs[cohort % ratingsHs.length] ?? 0
  return {
    table: createTable(slots),
    miners: Array.from({ length: slots }, (_, slot) => buildMiner(random, nominalHs, slot)),
    leader: createLeader({ relay: relayId.parse('relay_benchmark'), epoch: 1, cohort }),
  }
}

/** Up for a week, started one after another; one in twenty was restarted since. */
function buildMiner(random: Random, nominalHs: number, slot: number): NoisyMiner {
  const restarted = random.uniform() < 0.05
  const startedAt = restarted ? midnight - random.uniform() * 7 * day : midnight - 7 * day + slot * 200
  const accepted = random.poisson((midnight - startedAt) / 10_000)
  return {
    nominalHs,
    hashrateHs: nominalHs,
    chipTempC: 68 + 3 * random.normal(),
    boardTempC: 60 + 3 * random.normal(),
    inletTempC: 28 + 2 * random.normal(),
    powerW: 3400 * (1 + 0.01 * random.normal()),
    fanRpm: 5400 + 150 * random.normal(),
    startedAt,
    phaseMs: (slot / cohortSlots) * 30_000,
    accepted,
    rejected: random.poisson(accepted * 0.002),
  }
}

/** What half a minute does to a miner. */
function age(random: Random, miner: NoisyMiner): void {
  const drift = () => (0.4 / Math.SQRT2) * random.normal()
  miner.chipTempC += drift()
  miner.boardTempC += drift()
  miner.inletTempC += drift()
  miner.hashrateHs = miner.nominalHs * (1 + 0.03 * random.normal())
  miner.accepted += random.poisson(3)
  miner.rejected += random.poisson(0.006)
}

function write(table: LiveTable, miner: NoisyMiner, { slot, at }: { slot: number; at: number }): void {
  const cell = (column: KnownColumn, value: number) => moveCell(table, { column, slot, value })
  cell(columns.hashrateHs, miner.hashrateHs)
  cell(columns.expectedHashrateHs, miner.nominalHs)
  cell(columns.powerW, miner.powerW)
  cell(columns.chipTempC, miner.chipTempC)
  cell(columns.boardTempC, miner.boardTempC)
  cell(columns.inletTempC, miner.inletTempC)
  cell(columns.fanRpm, miner.fanRpm)
  cell(columns.accepted, miner.accepted)
  cell(columns.rejected, miner.rejected)
  cell(columns.mining, 1)
  cell(columns.startedAt, miner.startedAt)
  cell(columns.problems, 0)
  cell(columns.activePool, 0)
  cell(columns.boardsPresent, 3)
  cell(columns.observedAt, at)
  cell(columns.reach, 1)
}

type Random = ReturnType<typeof randomFrom>

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
