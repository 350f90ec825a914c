import { relayId } from '../ids.ts'
import { decodeText } from '../text.ts'
import { ByteReader, crc32, type CodecError } from './bytes.ts'
import { cohortSlots } from './columns.ts'
import { frameFormat, maxColumnId, maxColumns, type Frame, type FrameColumn, type FrameHeader } from './frame.ts'
import { readPresence } from './presence.ts'
import { hasSymbols } from './symbols.ts'

export type DecodedFrame =
  | { readonly ok: true; readonly frame: Frame }
  | { readonly ok: false; readonly error: CodecError }

/** Takes a frame apart and checks all of it, so that applying it cannot fail half-way. */
export function decodeFrame(bytes: Uint8Array): DecodedFrame {
  const reader = new ByteReader(bytes)
  if (reader.byte() !== frameFormat) reader.fail('format', `not a frame of format ${frameFormat}`)
  checkSum(reader, bytes)
  const frame = readFrame(reader)
  if (frame && !reader.failure) return { ok: true, frame }
  return { ok: false, error: reader.failure ?? { code: 'header', text: 'the header is out of bounds', offset: 1 } }
}

const checksumBytes = 4

function checkSum(reader: ByteReader, bytes: Uint8Array): void {
  const end = bytes.length - checksumBytes
  if (end < 1) return reader.fail('truncated', `${bytes.length} bytes are no frame`)
  const told = new ByteReader(bytes.subarray(end)).u32()
  if (crc32(bytes.subarray(0, end)) !== told) reader.fail('checksum', 'the checksum does not match')
}

function readFrame(reader: ByteReader): Frame | null {
  const header = readHeader(reader)
  const presence = header && readPresence(reader, header.slots)
  if (!presence) return null
  const columns = readColumns(reader, presence.slots.length)
  if (reader.left !== checksumBytes) reader.fail('trailing', 'bytes after the last column')
  return { header, presence, columns }
}

function readHeader(reader: ByteReader): FrameHeader | null {
  const relay = relayId.safeParse(decodeText(reader.take(reader.varint())))
  const numbers = { epoch: reader.varint(), seq: reader.varint(), cohort: reader.varint() }
  const base = { baseEpoch: reader.varint(), baseSeq: reader.varint() }
  const at = reader.varint()
  const advance = reader.varint()
  const slots = reader.varint()
  if (!relay.success || slots > cohortSlots || advance > 0xffff_ffff) return null
  const advanceS = advance % 2 === 0 ? advance / 2 : -(advance + 1) / 2
  return { relay: relay.data, ...numbers, ...base, at, advanceS, slots }
}

function readColumns(reader: ByteReader, symbols: number): FrameColumn[] {
  const count = reader.varint()
  if (count > maxColumns) reader.fail('column', `${count} columns`)
  const columns: FrameColumn[] = []
  for (let index = 0; index < count && !reader.failure; index++) {
    const id = reader.varint()
    const body = reader.take(reader.varint())
    if (id > maxColumnId || id <= (columns.at(-1)?.id ?? -1)) reader.fail('column', `column ${id} is out of order`)
    if (!hasSymbols(body, symbols)) reader.fail('column', `column ${id} does not hold ${symbols} symbols`)
    columns.push({ id, body })
  }
  return columns
}
