import { encodeText } from '../text.ts'
import { ByteWriter, crc32 } from './bytes.ts'
import { cohortSlots, nullCode } from './columns.ts'
import {
  frameFormat,
  maxColumnId,
  maxColumns,
  predictColumn,
  type Frame,
  type FrameColumn,
  type FrameHeader,
  type FrameLabel,
} from './frame.ts'
import { presenceOf, writePresence } from './presence.ts'
import { writeSymbols } from './symbols.ts'
import type { LiveTable } from './table.ts'

export interface FrameSource {
  readonly header: FrameLabel
  /** The table of the beat that the header names; `null` for a keyframe. It may have more or fewer slots. */
  readonly base: LiveTable | null
  readonly table: LiveTable
  /** For a live frame: send the rows that differ from this, and all of each. Without it: the rows that differ from the base. */
  readonly since?: LiveTable
}

/** The frame that makes `table` of `base`. */
export function encodeFrame(source: FrameSource): Uint8Array<ArrayBuffer> {
  const { header, base, table } = source
  if ((base === null) !== (header.baseEpoch === 0 && header.baseSeq === 0)) throw new Error('a base without its name')
  if (table.slots > cohortSlots) throw new Error(`${table.slots} slots in a cohort`)
  const ids = columnIds(base, table)
  const prediction = { base, advanceS: header.advanceS, slots: table.slots }
  const lines = ids.map(id => ({
    id,
    predicted: predictColumn(prediction, id),
    codes: table.columns.get(id) ?? predictColumn({ ...prediction, base: null }, id),
  }))
  const slots = source.since ? rowsSince(source.since, table) : changedRows(lines, table.slots)
  const writer = new ByteWriter()
  const changed: FrameColumn[] = []
  for (const { id, predicted, codes } of lines) {
    writer.clear()
    if (writeSymbols(writer, { slots, predicted, codes })) changed.push({ id, body: writer.copy() })
  }
  const full: FrameHeader = { ...header, slots: table.slots }
  return reencodeFrame({ header: full, presence: presenceOf(slots, table.slots), columns: changed })
}

/** The bytes of a frame, equal to those that it was decoded from. */
export function reencodeFrame({ header, presence, columns }: Frame): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter()
  writer.byte(frameFormat)
  writeHeader(writer, header)
  writePresence(writer, presence)
  writer.varint(columns.length)
  for (const { id, body } of columns) {
    writer.varint(id)
    writer.varint(body.length)
  }
  for (const { body } of columns) writer.append(body)
  writer.u32(crc32(writer.view()))
  return writer.copy()
}

function writeHeader(writer: ByteWriter, header: FrameHeader): void {
  const relay = encodeText(header.relay)
  writer.varint(relay.length)
  writer.append(relay)
  for (const value of [header.epoch, header.seq, header.cohort, header.baseEpoch, header.baseSeq, header.at]) {
    writer.varint(value)
  }
  writer.varint(header.advanceS < 0 ? -2 * header.advanceS - 1 : 2 * header.advanceS)
  writer.varint(header.slots)
}

function columnIds(base: LiveTable | null, table: LiveTable): number[] {
  const ids = [...new Set([...table.columns.keys(), ...(base?.columns.keys() ?? [])])].toSorted((a, b) => a - b)
  if (ids.length > maxColumns || ids.some(id => id < 0 || id > maxColumnId)) throw new Error('columns out of bounds')
  return ids
}

interface Line {
  readonly predicted: Int32Array
  readonly codes: Int32Array
}

/** Slots where any of the lines is not as predicted. */
function changedRows(lines: readonly Line[], count: number): Uint16Array {
  const changed = new Uint8Array(count)
  for (const { predicted, codes } of lines) {
    for (let slot = 0; slot < count; slot++) if (codes[slot] !== predicted[slot]) changed[slot] = 1
  }
  const slots = new Uint16Array(count)
  let found = 0
  for (let slot = 0; slot < count; slot++) if (changed[slot] === 1) slots[found++] = slot
  return slots.slice(0, found)
}

function rowsSince(since: LiveTable, table: LiveTable): Uint16Array {
  const lines = columnIds(since, table).map(id => ({
    predicted: predictColumn({ base: since, advanceS: 0, slots: table.slots }, id),
    codes: table.columns.get(id) ?? new Int32Array(table.slots).fill(nullCode),
  }))
  return changedRows(lines, table.slots)
}
