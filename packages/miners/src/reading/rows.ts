import { z } from 'zod'

/** One object of a reply, its fields still unjudged: each is read with `num`, `text` and the like. */
export type Row = Record<string, unknown>

/** By hand: replies have hundreds of fields, and a large site sends thousands of replies a second. */
export function isRow(value: unknown): value is Row {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  for (const key in value) if (key.length > longestKey) return false
  return true
}

const longestKey = 128

export const row = z.custom<Row>(isRow)

/** No machine has more parts than this; a longer list is not a reply of a miner. */
export const rows = z.array(row).max(256)

/** `STATS` is a list, or one object on some builds; absent and empty mean that nothing is mined. */
export const rowsOrRow = z
  .union([rows, row.transform(one => [one])])
  .optional()
  .transform(found => found ?? [])

/** A list of numbers or of texts; anything else is no list. */
export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value.slice(0, 64) : []
}

/** A field that should be an object; anything else counts as one without fields. */
export function inner(value: unknown): Row {
  return isRow(value) ? value : {}
}
