import { z } from 'zod'
import { relayId, type MinerId, type RelayId } from './ids.ts'
import { minerInfo, type MinerInfo } from './inventory.ts'
import { ByteReader, type CodecError } from './live/bytes.ts'
import { cohortSlots } from './live/columns.ts'
import { readNumbers, readTexts, readWords, textAt, type TextColumn, type WordColumn } from './packed-columns.ts'
import { decodeText } from './text.ts'

/** Miners of one relay as columns, a row each. */
export interface PackedInventory {
  readonly relay: RelayId
  readonly count: number
  /** Without what ids of miners begin with. */
  readonly id: TextColumn
  readonly cohort: Float64Array
  readonly slot: Float64Array
  readonly address: TextColumn
  readonly driver: WordColumn<string>
  readonly make: WordColumn<string | null>
  readonly model: WordColumn<string | null>
  readonly firmware: WordColumn<string | null>
  readonly firmwareVersion: WordColumn<string | null>
  readonly mac: TextColumn
  readonly serial: TextColumn
  readonly hostname: TextColumn
  readonly algorithm: WordColumn<string | null>
  readonly nameplateHashrateHs: WordColumn<number | null>
  /** Of all pool slots: a row has as many users, from `firstUser` on. */
  readonly poolUrls: WordColumn<readonly (string | null)[]>
  readonly poolUsers: TextColumn
  readonly firstUser: Uint32Array
  readonly commands: WordColumn<MinerInfo['commands']>
  readonly faultLight: WordColumn<boolean | null>
  readonly addedAt: Float64Array
}

export type ReadInventory =
  | { readonly ok: true; readonly inventory: PackedInventory }
  | { readonly ok: false; readonly error: CodecError }

/** Takes apart what was inflated of a packed message of kind `inventory`, and checks all of it. */
export function readInventory(body: Uint8Array): ReadInventory {
  const reader = new ByteReader(body)
  const relay = relayId.safeParse(decodeText(reader.take(reader.varint())))
  const count = reader.varint()
  if (!relay.success || count > maxInventoryRows) reader.fail('header', 'no inventory of a relay')
  const bodies = readBodies(reader)
  const failures: CodecError[] = []
  const columns = readColumns(reader.failure ? 0 : count, (id, read) => {
    const column = new ByteReader(bodies.get(id) ?? new Uint8Array())
    const answer = read(column)
    if (column.left > 0) column.fail('trailing', `bytes after column ${id}`)
    if (column.failure) failures.push(column.failure)
    return answer
  })
  const error = reader.failure ?? failures[0]
  if (error || !relay.success) return { ok: false, error: error ?? { code: 'header', text: 'no relay', offset: 0 } }
  return { ok: true, inventory: { relay: relay.data, count, ...columns } }
}

/** One row as the miner that it is. */
export function minerInRow(inventory: PackedInventory, row: number): MinerInfo {
  const word = <T>({ words, index }: WordColumn<T>) => words[index[row] ?? 0]
  return {
    id: minerIdInRow(inventory, row),
    cohort: inventory.cohort[row] ?? 0,
    slot: inventory.slot[row] ?? 0,
    address: textAt(inventory.address, row) ?? '',
    driver: word(inventory.driver) ?? '',
    make: word(inventory.make) ?? null,
    model: word(inventory.model) ?? null,
    firmware: word(inventory.firmware) ?? null,
    firmwareVersion: word(inventory.firmwareVersion) ?? null,
    mac: textAt(inventory.mac, row),
    serial: textAt(inventory.serial, row),
    hostname: textAt(inventory.hostname, row),
    algorithm: word(inventory.algorithm) ?? null,
    nameplateHashrateHs: word(inventory.nameplateHashrateHs) ?? null,
    pools: poolsInRow(inventory, row),
    commands: [...(word(inventory.commands) ?? [])],
    faultLight: word(inventory.faultLight) ?? null,
    addedAt: inventory.addedAt[row] ?? 0,
  }
}

export function minerIdInRow({ id }: PackedInventory, row: number): MinerId {
  const text = minerIdPrefix + (textAt(id, row) ?? '')
  if (!isMinerId(text)) throw new Error('a row without an id')
  return text
}

export function poolsInRow(inventory: PackedInventory, row: number): MinerInfo['pools'] {
  const first = inventory.firstUser[row] ?? 0
  const urls = inventory.poolUrls.words[inventory.poolUrls.index[row] ?? 0] ?? []
  return urls.map((url, slot) => ({ url, user: textAt(inventory.poolUsers, first + slot) }))
}

/** Ids were checked as they were read. */
const isMinerId = (text: string): text is MinerId => text.length > minerIdPrefix.length

/** More rows than this are never in one message. */
export const maxInventoryRows = cohortSlots
/** What ids of miners begin with: it does not travel. */
export const minerIdPrefix = 'miner_'

/** Column ids are append only: a column that we do not know is passed over. */
export const inventoryColumnIds = {
  id: 0,
  cohort: 1,
  slot: 2,
  address: 3,
  driver: 4,
  make: 5,
  model: 6,
  firmware: 7,
  firmwareVersion: 8,
  mac: 9,
  serial: 10,
  hostname: 11,
  algorithm: 12,
  nameplateHashrateHs: 13,
  poolUrls: 14,
  poolUsers: 15,
  commands: 16,
  faultLight: 17,
  addedAt: 18,
} as const

const ids = inventoryColumnIds
const maxColumns = 64
const { shape } = minerInfo
const longestText = 256
const poolUrls = z.array(z.string().max(longestText).nullable()).max(16)

function readBodies(reader: ByteReader): ReadonlyMap<number, Uint8Array> {
  const count = reader.varint()
  if (count > maxColumns) reader.fail('column', `${count} columns`)
  const directory: [number, number][] = []
  while (directory.length < count && !reader.failure) directory.push([reader.varint(), reader.varint()])
  const bodies = new Map(directory.map(([id, bytes]) => [id, reader.take(bytes)]))
  if (reader.left > 0) reader.fail('trailing', 'bytes after the last column')
  return bodies
}

type ReadColumn = <T>(id: number, read: (reader: ByteReader) => T) => T

function readColumns(count: number, column: ReadColumn): Omit<PackedInventory, 'relay' | 'count'> {
  const text = (id: number) => column(id, reader => readTexts(reader, count, longestText))
  const word = <T>(id: number, schema: z.ZodType<T>) => column(id, reader => readWords(reader, count, schema))
  const number = (id: number, max: number) => column(id, reader => readNumbers(reader, count, max))
  const urls = word(ids.poolUrls, poolUrls)
  const firstUser = startsOf(urls)
  return {
    id: column(ids.id, reader => readIds(reader, count)),
    cohort: number(ids.cohort, 65_535),
    slot: number(ids.slot, cohortSlots - 1),
    address: column(ids.address, reader => readTexts(reader, count, 64)),
    driver: word(ids.driver, shape.driver),
    make: word(ids.make, shape.make),
    model: word(ids.model, shape.model),
    firmware: word(ids.firmware, shape.firmware),
    firmwareVersion: word(ids.firmwareVersion, shape.firmwareVersion),
    mac: text(ids.mac),
    serial: text(ids.serial),
    hostname: text(ids.hostname),
    algorithm: word(ids.algorithm, shape.algorithm),
    nameplateHashrateHs: word(ids.nameplateHashrateHs, shape.nameplateHashrateHs),
    poolUrls: urls,
    poolUsers: column(ids.poolUsers, reader => readTexts(reader, firstUser[count] ?? 0, longestText)),
    firstUser,
    commands: word(ids.commands, shape.commands),
    faultLight: word(ids.faultLight, shape.faultLight),
    addedAt: number(ids.addedAt, Number.MAX_SAFE_INTEGER),
  }
}

function readIds(reader: ByteReader, count: number): TextColumn {
  const column = readTexts(reader, count, 64)
  const short = column.ends.some((end, row) => end - (row === 0 ? 0 : (column.ends[row - 1] ?? 0)) < 8)
  if (short || !/^[A-Za-z0-9]*$/.test(column.text)) reader.fail('column', 'an id of no miner')
  return column
}

/** Where each row begins in a column that has one for each pool, and where the last ends. */
function startsOf({ words, index }: WordColumn<readonly unknown[]>): Uint32Array {
  const starts = new Uint32Array(index.length + 1)
  index.forEach((word, row) => (starts[row + 1] = (starts[row] ?? 0) + (words[word]?.length ?? 0)))
  return starts
}
