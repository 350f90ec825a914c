import {
  cohortSlots,
  columns,
  createTable,
  minerId,
  moveCell,
  writeCell,
  type KnownColumn,
  type LiveTable,
  type MinerId,
  type MinerInfo,
} from '@headframe/protocol'

/** A mine of one make in cohorts of 4,096, without machines: rows that change as if they were polled. */
export interface LargeMine {
  readonly infos: readonly MinerInfo[]
  readonly cohorts: readonly { readonly cohort: number; readonly table: LiveTable }[]
  /** So many miners, in order of slots, tell something new. */
  readonly poll: (count: number, at: number) => void
  /** The first miner shows a chip of so many half degrees. */
  readonly mark: (code: number) => void
}

/** Where `mark` writes: no other change touches it. */
export const markedCell = { cohort: 0, slot: 0, column: columns.inletTempC } as const

const models = ['Antminer S19 Pro', 'Antminer S19 XP', 'Antminer S21'] as const
const ratingsHs = [110e12, 140e12, 200e12] as const

export function createLargeMine(miners: number, random: () => number): LargeMine {
  const infos = Array.from({ length: miners }, (_, index) => infoOf(index, random))
  const cohorts = Array.from({ length: Math.ceil(miners / cohortSlots) }, (_, cohort) => ({
    cohort,
    table: createTable(Math.min(cohortSlots, miners - cohort * cohortSlots)),
  }))
  let next = 0
  const poll = (count: number, at: number) => {
    for (let polled = 0; polled < count; polled++) {
      const table = cohorts[Math.floor(next / cohortSlots)]?.table
      if (table) read(table, { index: next, at, random })
      next = (next + 1) % miners
    }
  }
  return {
    infos,
    cohorts,
    poll,
    mark: code => {
      const { column, slot } = markedCell
      const table = cohorts[0]?.table
      if (table) writeCell(table, { column, slot, value: code * column.coding.step })
    },
  }
}

interface Read {
  readonly index: number
  readonly at: number
  readonly random: () => number
}

/** The noise of the benchmark of frames: hashrate ±3 %, temperatures that walk, shares that arrive. */
function read(table: LiveTable, { index, at, random }: Read): void {
  const slot = index % cohortSlots
  const ratingHs = ratingsHs[index % 3] ?? 0
  const cell = (column: KnownColumn, value: number) => moveCell(table, { column, slot, value })
  const noise = () => random() + random() + random() - 1.5
  cell(columns.hashrateHs, ratingHs * (1 + 0.06 * noise()))
  cell(columns.expectedHashrateHs, ratingHs)
  cell(columns.powerW, 3400 * (1 + 0.02 * noise()))
  cell(columns.chipTempC, 68 + 3 * noise())
  cell(columns.boardTempC, 60 + 3 * noise())
  cell(columns.fanRpm, 5400 + 100 * noise())
  cell(columns.accepted, Math.floor(at / 10_000) % 1_000_000)
  cell(columns.rejected, 3)
  cell(columns.mining, 1)
  cell(columns.startedAt, 1_790_000_000_000 + index * 200)
  cell(columns.problems, 0)
  cell(columns.activePool, 0)
  cell(columns.boardsPresent, 3)
  cell(columns.observedAt, at)
  cell(columns.reach, 1)
}

const alphabet = 'ABCDEFGHJKMNPQRSTVWXYZabcdefghjkmnpqrstvwxyz0123456789'

function infoOf(index: number, random: () => number): MinerInfo {
  const pick = (length: number) =>
    Array.from({ length }, () => alphabet[Math.floor(random() * alphabet.length)]).join('')
  const hex = () =>
    Math.floor(random() * 256)
      .toString(16)
      .padStart(2, '0')
      .toUpperCase()
  const place = index % cohortSlots
  const user = `northmine.h${Math.floor(index / 500)}r${Math.floor((index % 500) / 20)}p${index % 20}`
  return {
    id: idOf(pick(20)),
    cohort: Math.floor(index / cohortSlots),
    slot: place,
    address: `10.${1 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`,
    driver: 'antminer-stock',
    make: 'Bitmain',
    model: models[index % 3] ?? null,
    firmware: 'stock',
    firmwareVersion: 'Tue Jan 10 15:24:11 CST 2023',
    mac: `02:1A:FF:${hex()}:${hex()}:${hex()}`,
    serial: `YNAHAABBC${pick(6)}`,
    hostname: 'antMiner',
    algorithm: 'SHA-256',
    nameplateHashrateHs: ratingsHs[index % 3] ?? null,
    pools: ['eu', 'us', 'asia'].map(host => ({ url: `stratum+tcp://${host}.pool.example:3333`, user })),
    commands: ['reboot', 'locate', 'setPools'],
    faultLight: false,
    addedAt: 1_790_000_000_000 + Math.floor(random() * 600_000),
  }
}

const idOf = (letters: string): MinerId => minerId.parse(`miner_${letters}`)
