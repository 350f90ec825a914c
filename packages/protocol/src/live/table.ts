import { columnList, deadBands, fromCode, nullCode, toCode, type Column, type KnownColumn } from './columns.ts'

/** The rows of one cohort: one array of codes for each column id, all of one length. Ids that we do not know are kept too. */
export interface LiveTable {
  /** Rows, used or not, 0 to 4,096. */
  readonly slots: number
  readonly columns: ReadonlyMap<number, Int32Array>
}

/** A table with all known columns, every cell null. */
export function createTable(slots: number): LiveTable {
  return { slots, columns: new Map(columnList.map(column => [column.id, emptyColumn(slots)])) }
}

/** A copy that shares nothing. */
export function copyTable(table: LiveTable): LiveTable {
  return { slots: table.slots, columns: new Map([...table.columns].map(([id, codes]) => [id, codes.slice()])) }
}

/** The same rows in a longer or shorter table. */
export function resizeTable(table: LiveTable, slots: number): LiveTable {
  const resized = new Map([...table.columns].map(([id, codes]) => [id, resizeColumn(codes, slots)]))
  return { slots, columns: resized }
}

/** Equal when each row is: a column that one of them lacks counts as all null. */
export function sameTable(a: LiveTable, b: LiveTable): boolean {
  const ids = new Set([...a.columns.keys(), ...b.columns.keys()])
  return a.slots === b.slots && [...ids].every(id => sameColumn(a.columns.get(id), b.columns.get(id)))
}

export function readCell(table: LiveTable, column: Column, slot: number): number | null {
  return fromCode(column.coding, table.columns.get(column.id)?.[slot] ?? nullCode)
}

export interface Cell {
  readonly column: Column
  readonly slot: number
  readonly value: number | null
}

/** Writes one cell in place; true when its code changed. The one place where a live table changes outside the codec. */
export function writeCell(table: LiveTable, { column, slot, value }: Cell): boolean {
  const codes = table.columns.get(column.id)
  if (!codes || slot < 0 || slot >= table.slots) throw new Error(`no cell ${column.name}[${slot}]`)
  const code = toCode(column.coding, value)
  if (codes[slot] === code) return false
  codes[slot] = code
  return true
}

/** Writes one cell unless it moved by less than its column's dead band: how the relay writes readings. True when its code changed. */
export function moveCell(table: LiveTable, cell: Cell & { readonly column: KnownColumn }): boolean {
  const before = table.columns.get(cell.column.id)?.[cell.slot] ?? nullCode
  const code = toCode(cell.column.coding, cell.value)
  const band = deadBands[cell.column.name] ?? 0
  const known = before !== nullCode && code !== nullCode
  return known && Math.abs(code - before) < band ? false : writeCell(table, cell)
}

const emptyColumn = (slots: number) => new Int32Array(slots).fill(nullCode)

function resizeColumn(codes: Int32Array, slots: number): Int32Array {
  const resized = emptyColumn(slots)
  resized.set(codes.subarray(0, slots))
  return resized
}

function sameColumn(a: Int32Array | undefined, b: Int32Array | undefined): boolean {
  if (a && b) return a.every((code, slot) => code === b[slot])
  return (a ?? b ?? new Int32Array()).every(code => code === nullCode)
}
