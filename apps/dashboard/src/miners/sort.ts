import { minerStates } from '@headframe/protocol'
import type { Fleet } from '../live/fleet.ts'
import { numberReader } from './match.ts'
import type { NumberField } from './query.ts'
import { poolRanks, rankReader } from './text-ranks.ts'

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
  if (by === 'pool') return poolRanks(fleet)
  return rankReader(fleet, by)
}

function bitCount(bits: number): number {
  let count = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++
  return count
}
