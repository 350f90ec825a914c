import { minerStates, type MinerInfo } from '@headframe/protocol'
import type { Fleet } from '../live/fleet.ts'
import { activePoolOf, numberReader } from './match.ts'
import type { NumberField } from './query.ts'

export const sortNames = [
  'state',
  'address',
  'model',
  'firmware',
  'hashrate',
  'eff',
  'power',
  'temp',
  'fan',
  'boards',
  'pool',
  'accepted',
  'uptime',
  'mac',
  'problems',
  'age',
] as const
export type SortName = (typeof sortNames)[number]

export interface Sort {
  readonly by: SortName
  readonly down: boolean
}

/** Addresses in order: where a machine stands is what most people look for. */
export const firstSort: Sort = { by: 'address', down: false }

/** `-hashrate` for downwards. */
export function parseSort(text: string): Sort {
  const down = text.startsWith('-')
  const by = sortNames.find(name => name === (down ? text.slice(1) : text))
  return by ? { by, down } : firstSort
}

export function sortText({ by, down }: Sort): string {
  return `${down ? '-' : ''}${by}`
}

// A key of 35 bits and a row of 17 fit in the 53 of a number, so rows are sorted without a comparing function.
const rowSpan = 2 ** 17
const keyLimit = 2 ** 35 - 1

export interface Sorted {
  readonly fleet: Fleet
  readonly now: number
}

/** Sorts rows that come in order of address: equal ones stay so; unknown ones are last whichever the direction. */
export function sortRows(rows: Uint32Array, sort: Sort, { fleet, now }: Sorted): Uint32Array {
  if (sort.by === 'address') return sort.down ? rows.toReversed() : rows
  return sortByKey(rows, sort.down, keyReader(sort.by, fleet, now))
}

/** Keeps the order of equal keys, for the position so far is part of what is sorted. */
function sortByKey(rows: Uint32Array, down: boolean, keyOf: (row: number) => number): Uint32Array {
  const packed = new Float64Array(rows.length)
  rows.forEach((row, position) => {
    const key = keyOf(row)
    const ordered = Number.isNaN(key) ? keyLimit : down ? keyLimit - 1 - clampKey(key) : clampKey(key)
    packed[position] = ordered * rowSpan + position
  })
  packed.sort()
  const before = rows.slice()
  packed.forEach((value, position) => {
    rows[position] = before[value % rowSpan] ?? 0
  })
  return rows
}

const clampKey = (key: number) => Math.max(0, Math.min(keyLimit - 1, Math.round(key)))

const numberKeys: Readonly<Partial<Record<SortName, { field: NumberField; scale: number }>>> = {
  hashrate: { field: 'hashrate', scale: 1000 },
  eff: { field: 'eff', scale: 1000 },
  power: { field: 'power', scale: 10 },
  temp: { field: 'temp', scale: 10 },
  fan: { field: 'fan', scale: 1 },
  boards: { field: 'boards', scale: 1 },
  accepted: { field: 'accepted', scale: 1_000_000 },
  uptime: { field: 'uptime', scale: 0.001 },
  age: { field: 'age', scale: 0.001 },
}
/** Keys are not negative; the coldest reading is not below this. */
const coldest = 1000

function keyReader(by: SortName, fleet: Fleet, now: number): (row: number) => number {
  const number = numberKeys[by]
  if (number) {
    const read = numberReader(number.field, fleet, now)
    return row => read(row) * number.scale + coldest
  }
  if (by === 'state') return row => fleet.states[row] ?? minerStates.length
  if (by === 'problems') return row => bitCount(fleet.problemBitsAt(row))
  if (by === 'pool') return poolReader(fleet)
  const ranks = ranksOf(fleet, by)
  return row => ranks[row] ?? Number.NaN
}

function poolReader(fleet: Fleet): (row: number) => number {
  const values = fleet.infos.map((info, row) => info && activePoolOf(info, fleet, row)?.url)
  const ranks = rankValues(values)
  return row => ranks[row] ?? Number.NaN
}

function bitCount(bits: number): number {
  let count = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++
  return count
}

type RankedName = 'model' | 'firmware' | 'mac'

const rankedTexts: Readonly<Record<RankedName, (info: MinerInfo) => string | null>> = {
  model: info => info.model,
  firmware: info => info.firmware && `${info.firmware} ${info.firmwareVersion ?? ''}`,
  mac: info => info.mac,
}

interface Ranks {
  readonly version: number
  readonly ranks: Float64Array
}
const rankCache = new WeakMap<Fleet, Map<string, Ranks>>()

/** Place of each row's text among all: computed once for each inventory. */
function ranksOf(fleet: Fleet, name: SortName): Float64Array {
  const cache = rankCache.get(fleet) ?? new Map<string, Ranks>()
  rankCache.set(fleet, cache)
  const known = cache.get(name)
  if (known?.version === fleet.inventoryVersion) return known.ranks
  const textOf = isRanked(name) ? rankedTexts[name] : () => null
  const ranks = rankValues(fleet.infos.map(info => info && textOf(info)))
  cache.set(name, { version: fleet.inventoryVersion, ranks })
  return ranks
}

const isRanked = (name: SortName): name is RankedName => Object.hasOwn(rankedTexts, name)

function rankValues(values: readonly (string | null | undefined)[]): Float64Array {
  const known = [...new Set(values)].filter(value => value !== null && value !== undefined).sort()
  const places = new Map(known.map((value, place) => [value, place]))
  return Float64Array.from(values, value =>
    value === null || value === undefined ? Number.NaN : (places.get(value) ?? Number.NaN),
  )
}
