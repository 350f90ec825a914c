import { textAt, type MinerInfo, type PackedInventory, type TextColumn, type WordColumn } from '@headframe/protocol'
import type { Fleet } from '../live/fleet.ts'
import type { Inventory, Part } from '../live/inventory.ts'
import { searchTextOf } from './search-text.ts'

/** Texts of inventory that are looked through: each field for itself, or with `any` all that a person may type. */
export type FoundField = 'any' | 'model' | 'make' | 'firmware' | 'address' | 'mac' | 'serial' | 'host' | 'driver'

interface Found {
  version: number
  readonly rows: Map<string, Uint8Array>
}
const cache = new WeakMap<Inventory, Found>()
/** Words that are kept with their rows: what is typed letter by letter, and goes on as values change. */
const mostFound = 64

/** 1 for each row of which a field holds a word in lower case: looked for once for each inventory. */
export function rowsHolding(fleet: Fleet, field: FoundField, word: string): Uint8Array {
  const { inventory } = fleet
  const found = cache.get(inventory) ?? { version: inventory.version, rows: new Map<string, Uint8Array>() }
  cache.set(inventory, found)
  if (found.version !== inventory.version || found.rows.size >= mostFound) found.rows.clear()
  found.version = inventory.version
  const key = `${field}:${word}`
  const known = found.rows.get(key) ?? find(fleet, field, word)
  found.rows.set(key, known)
  return known
}

/** Does once what every search needs, so that the first letter that is typed does not wait for it. */
export function prepareSearch({ inventory }: Fleet): void {
  for (const { packed } of inventory.parts) {
    kindsIn(packed, 'any')
    for (const column of [...textColumns.any(packed), packed.poolUsers]) lowered(column)
  }
}

function find({ inventory, rowCount }: Fleet, field: FoundField, word: string): Uint8Array {
  const rows = new Uint8Array(rowCount)
  if (word === '') return rows.fill(1)
  for (const part of inventory.parts) markPart(part, { field, word, rows })
  for (const [row, info] of inventory.single) if (textOf[field](info).toLowerCase().includes(word)) rows[row] = 1
  return rows
}

interface Search {
  readonly field: FoundField
  readonly word: string
  readonly rows: Uint8Array
}

function markPart(part: Part, { field, word, rows }: Search): void {
  const { packed } = part
  const mark = (place: number) => {
    const row = part.rows[place] ?? -1
    if (row >= 0) rows[row] = 1
  }
  for (const { index, texts } of kindsIn(packed, field)) {
    const holds = texts.map(text => text.includes(word))
    if (holds.includes(true))
      for (let place = 0; place < index.length; place++) if (holds[index[place] ?? 0]) mark(place)
  }
  for (const column of textColumns[field](packed)) for (const place of entriesHolding(column, word)) mark(place)
  if (field === 'any') markUsers(packed, word, mark)
}

function markUsers({ poolUsers, firstUser }: PackedInventory, word: string, mark: (place: number) => void): void {
  let place = 0
  for (const entry of entriesHolding(poolUsers, word)) {
    while ((firstUser[place + 1] ?? Infinity) <= entry) place++
    mark(place)
  }
}

/** Rows of a column that hold a word, in order: its texts are searched as one. */
export function* entriesHolding(column: TextColumn, word: string): Generator<number> {
  const { text, ends } = lowered(column)
  let entry = 0
  for (let at = text.indexOf(word); at >= 0;) {
    while ((ends[entry] ?? Infinity) <= at) entry++
    const end = ends[entry] ?? 0
    // What begins in one text and ends in the next is in neither.
    const holds = at + word.length <= end
    if (holds) yield entry
    at = text.indexOf(word, holds ? end : at + 1)
  }
}

type Lowered = Pick<TextColumn, 'text' | 'ends'>
const loweredTexts = new WeakMap<TextColumn, Lowered>()

function lowered(column: TextColumn): Lowered {
  const known = loweredTexts.get(column)
  if (known) return known
  const made = lower(column)
  loweredTexts.set(column, made)
  return made
}

// A letter outside of ASCII may be of another length in lower case.
const plain = /^[\0-\x7f]*$/

function lower(column: TextColumn): Lowered {
  if (plain.test(column.text)) return { text: column.text.toLowerCase(), ends: column.ends }
  const ends = new Uint32Array(column.ends.length)
  let text = ''
  for (let row = 0; row < ends.length; row++) {
    text += (textAt(column, row) ?? '').toLowerCase()
    ends[row] = text.length
  }
  return { text, ends }
}

/** Few different texts: the position of each place's. */
export interface Kinds {
  readonly index: Uint16Array
  /** In lower case. */
  readonly texts: readonly string[]
}
const kindsCache = new WeakMap<PackedInventory, Map<FoundField, readonly Kinds[]>>()

/** The texts of the columns of words behind a field, joined: there are as many as there are kinds of miners. */
export function kindsIn(packed: PackedInventory, field: FoundField): readonly Kinds[] {
  const known = kindsCache.get(packed) ?? new Map<FoundField, readonly Kinds[]>()
  kindsCache.set(packed, known)
  const columns = wordColumns[field](packed)
  const made = known.get(field) ?? (columns.length === 0 ? [] : [joined(columns, packed.count)])
  known.set(field, made)
  return made
}

type Words = WordColumn<string | null | readonly (string | null)[]>

function joined(columns: readonly Words[], count: number): Kinds {
  const kinds = new Map<number, number>()
  const texts: string[] = []
  const index = new Uint16Array(count)
  for (let place = 0; place < count; place++) {
    let kind = 0
    for (const { words, index } of columns) kind = kind * words.length + (index[place] ?? 0)
    const known = kinds.get(kind) ?? texts.push(joinedText(columns, place)) - 1
    kinds.set(kind, known)
    index[place] = known
  }
  return { index, texts }
}

function joinedText(columns: readonly Words[], place: number): string {
  const words = columns.flatMap(({ words, index }) => words[index[place] ?? 0] ?? [])
  return words
    .filter(word => word !== null)
    .join(' ')
    .toLowerCase()
}

const wordColumns: Readonly<Record<FoundField, (packed: PackedInventory) => readonly Words[]>> = {
  any: ({ make, model, firmware, firmwareVersion, driver, poolUrls }) => [
    make,
    model,
    firmware,
    firmwareVersion,
    driver,
    poolUrls,
  ],
  model: ({ model }) => [model],
  make: ({ make }) => [make],
  firmware: ({ firmware, firmwareVersion }) => [firmware, firmwareVersion],
  driver: ({ driver }) => [driver],
  address: () => [],
  mac: () => [],
  serial: () => [],
  host: () => [],
}

const textColumns: Readonly<Record<FoundField, (packed: PackedInventory) => readonly TextColumn[]>> = {
  any: ({ address, hostname, mac, serial }) => [address, hostname, mac, serial],
  address: ({ address }) => [address],
  mac: ({ mac }) => [mac],
  serial: ({ serial }) => [serial],
  host: ({ hostname }) => [hostname],
  model: () => [],
  make: () => [],
  firmware: () => [],
  driver: () => [],
}

/** The same of a miner that was told alone. */
export const textOf: Readonly<Record<FoundField, (info: MinerInfo) => string>> = {
  any: searchTextOf,
  model: info => info.model ?? '',
  make: info => info.make ?? '',
  firmware: info => [info.firmware, info.firmwareVersion].filter(text => text !== null).join(' '),
  address: info => info.address,
  mac: info => info.mac ?? '',
  serial: info => info.serial ?? '',
  host: info => info.hostname ?? '',
  driver: info => info.driver,
}
