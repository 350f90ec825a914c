import {
  cohortSlots,
  columns,
  createTable,
  miningStates,
  minerInfo,
  problemBit,
  reachStates,
  relayId,
  writeCell,
  type Column,
  type LiveTable,
  type MinerInfo,
  type ProblemCode,
} from '@headframe/protocol'
import { models, type Model } from './models.ts'
import { createRandom } from './random.ts'

/** A generated mine: not a simulation, only enough of one to draw. */
export interface Mine {
  readonly miners: readonly GeneratedMiner[]
  readonly cohorts: readonly LiveTable[]
}

export interface GeneratedMiner {
  info: MinerInfo
  readonly model: Model
  readonly fate: Fate
  startedAt: number
}

const fates = ['fine', 'low', 'board', 'hot', 'fan', 'silent', 'unauthorized', 'paused', 'tuning', 'pool'] as const
type Fate = (typeof fates)[number]

export const generatedRelay = relayId.parse('relay_north000000000000')

const pools = [
  { url: 'stratum+tcp://eu.pool.example:3333', user: 'north.' },
  { url: 'stratum+tcp://backup.pool.example:3333', user: 'north.' },
]

export function createMine(count: number, now: number, seed = 7): Mine {
  const random = createRandom(seed)
  const miners = Array.from({ length: count }, (_, index) => createMiner(index, now, random))
  const cohorts = Array.from({ length: Math.ceil(count / cohortSlots) }, (_, cohort) =>
    createTable(Math.min(cohortSlots, count - cohort * cohortSlots)),
  )
  const mine = { miners, cohorts }
  miners.forEach((_, index) => readMiner(mine, index, { now: () => now - Math.floor(random() * 30_000), random }))
  return mine
}

function createMiner(index: number, now: number, random: () => number): GeneratedMiner {
  const model = models[pick(random, [0.45, 0.25, 0.25, 0.05])] ?? models[0]
  if (!model) throw new Error('no models')
  const fate = fates[pick(random, [0.9, 0.02, 0.02, 0.01, 0.008, 0.018, 0.004, 0.008, 0.006, 0.006])] ?? 'fine'
  const addedAt = now - 40 * 86_400_000
  return {
    info: infoOf(index, model, addedAt),
    model,
    fate,
    startedAt: now - Math.floor(random() ** 2 * 30 * 86_400_000),
  }
}

function infoOf(index: number, model: Model, addedAt: number): MinerInfo {
  const worker = `${Math.floor(index / 250) + 1}x${index % 250}`
  return minerInfo.parse({
    id: `miner_${String(index).padStart(16, '0')}`,
    cohort: Math.floor(index / cohortSlots),
    slot: index % cohortSlots,
    address: `10.${20 + Math.floor(index / 62_500)}.${Math.floor(index / 250) % 250}.${(index % 250) + 1}`,
    driver: model.driver,
    make: model.make,
    model: model.model,
    firmware: model.firmware,
    firmwareVersion: model.firmwareVersion,
    mac: model.telling.mac ? `02:1A:${hex(index >> 24)}:${hex(index >> 16)}:${hex(index >> 8)}:${hex(index)}` : null,
    serial: `HF${String(index * 7919).padStart(10, '0')}`,
    hostname: null,
    algorithm: 'sha256d',
    nameplateHashrateHs: model.hashrateHs,
    pools: pools.map(pool => ({ url: pool.url, user: pool.user + worker })),
    commands: model.commands,
    faultLight: false,
    addedAt,
  })
}

interface ReadDeps {
  readonly now: () => number
  readonly random: () => number
}

/** Reads one miner anew into its row. */
export function readMiner(mine: Mine, index: number, deps: ReadDeps): void {
  const miner = mine.miners[index]
  const table = mine.cohorts[Math.floor(index / cohortSlots)]
  if (!miner || !table) return
  const slot = index % cohortSlots
  for (const [column, value] of valuesOf(miner, deps)) writeCell(table, { column, slot, value })
}

type Values = readonly (readonly [Column, number | null])[]

function valuesOf(miner: GeneratedMiner, deps: ReadDeps): Values {
  const { fate, model } = miner
  const reach = fate === 'silent' ? 'silent' : fate === 'unauthorized' ? 'unauthorized' : 'answering'
  const answered = reach === 'answering'
  const at: Values = [
    [columns.reach, reachStates.indexOf(reach)],
    [columns.observedAt, answered ? deps.now() : deps.now() - 3_600_000],
    [columns.expectedHashrateHs, model.hashrateHs],
  ]
  return fate === 'unauthorized' ? at : [...at, ...workValues(miner, deps)]
}

function workValues(miner: GeneratedMiner, { now, random }: ReadDeps): Values {
  const { fate, model } = miner
  const share = shareOf(fate) * (1 + (random() - 0.5) * 0.06)
  const hashrateHs = fate === 'paused' ? 0 : model.hashrateHs * share
  const minedS = (now() - miner.startedAt) / 1000
  const accepted = Math.floor((minedS / 10) * shareOf(fate))
  const stopped = fate === 'paused' || fate === 'silent'
  return [
    [columns.hashrateHs, hashrateHs],
    [columns.powerW, model.telling.power ? (stopped ? 40 : model.powerW * (0.4 + 0.6 * share)) : null],
    [columns.chipTempC, model.chipTempC + (fate === 'hot' ? 24 : 0) + (random() - 0.5) * 4],
    [columns.boardTempC, model.chipTempC - 14 + (random() - 0.5) * 4],
    [columns.inletTempC, 24 + random() * 3],
    [columns.fanRpm, fate === 'fan' ? 0 : 4200 + random() * 900],
    [columns.accepted, accepted],
    [columns.rejected, Math.floor(accepted * (fate === 'pool' ? 0.09 : 0.0012))],
    [columns.mining, miningStates.indexOf(fate === 'paused' ? 'paused' : fate === 'tuning' ? 'tuning' : 'running')],
    [columns.startedAt, miner.startedAt],
    [columns.problems, problemsOfFate(fate).reduce((bits, code) => bits | problemBit(code), 0)],
    [columns.activePool, fate === 'pool' ? 1 : 0],
    [columns.boardsPresent, fate === 'board' ? model.boards - 1 : model.boards],
  ]
}

export function problemsOfFate(fate: Fate): ProblemCode[] {
  switch (fate) {
    case 'low':
      return ['hashrate-low']
    case 'board':
      return ['hashboard-missing', 'hashrate-low']
    case 'hot':
      return ['chip-too-hot']
    case 'fan':
      return ['fan-stopped']
    case 'pool':
      return ['pool-rejects']
    case 'fine':
    case 'silent':
    case 'unauthorized':
    case 'paused':
    case 'tuning':
      return []
  }
}

function shareOf(fate: Fate): number {
  return fate === 'low' ? 0.72 : fate === 'board' ? 0.66 : fate === 'tuning' ? 0.5 : 0.995
}

function pick(random: () => number, weights: readonly number[]): number {
  let left = random() * weights.reduce((sum, weight) => sum + weight, 0)
  return weights.findIndex(weight => (left -= weight) < 0)
}

const hex = (value: number) => (value & 0xff).toString(16).toUpperCase().padStart(2, '0')
