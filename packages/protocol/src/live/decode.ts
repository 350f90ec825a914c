import { maxEpoch } from '../epoch.ts'
import { relayId } from '../ids.ts'
import { decodeText } from '../text.ts'
import { ByteReader, crc32, type CodecError } from './bytes.ts'
import { cohortSlots } from './columns.ts'
import {
  checksumBytes,
  frameFormat,
  maxColumnId,
  maxColumns,
  type Frame,
  type FrameColumn,
  type FrameHeader,
  type Presence,
} from './frame.ts'
import { readPresence } from './presence.ts'
import { hasSymbols } from './symbols.ts'

export type DecodedFrame =
  | { readonly ok: true; readonly frame: Frame }
  | { readonly ok: false; readonly error: CodecError }

/** Takes a frame apart and checks all of it, so that applying it cannot fail half-way. */
export function decodeFrame(bytes: Uint8Array): DecodedFrame {
  const reader = new ByteReader(bytes)
  checkSum(reader, bytes)
  const head = readHead(reader)
  const columns = head?.directory.map(entry => readColumn(reader, entry, head.presence.slots.length))
  if (reader.left !== checksumBytes) reader.fail('trailing', 'bytes after the last column')
  if (!head || !columns || reader.failure) return { ok: false, error: reader.failure ?? outOfBounds }
  return { ok: true, frame: { header: head.header, presence: head.presence, columns } }
}

/** What comes before the bodies of the columns. */
export interface FrameHead {
  readonly header: FrameHeader
  readonly presence: Presence
  readonly directory: readonly DirectoryEntry[]
}

export interface DirectoryEntry {
  readonly id: number
  readonly bytes: number
}

/** `null`, and a failed reader, when it is no head. */
export function readHead(reader: ByteReader): FrameHead | null {
  if (reader.byte() !== frameFormat) reader.fail('format', `not a frame of format ${frameFormat}`)
  const header = readHeader(reader)
  if (!header) reader.fail(outOfBounds.code, outOfBounds.text)
  const presence = header && readPresence(reader, header.slots)
  const directory = readDirectory(reader)
  return presence && !reader.failure ? { header, presence, directory } : null
}

const outOfBounds: CodecError = { code: 'header', text: 'the header is out of bounds', offset: 0 }

function checkSum(reader: ByteReader, bytes: Uint8Array): void {
  const end = bytes.length - checksumBytes
  if (end < 1) return reader.fail('truncated', `${bytes.length} bytes are no frame`)
  const told = new ByteReader(bytes.subarray(end)).u32()
  if (crc32(bytes.subarray(0, end)) !== told) reader.fail('checksum', 'the checksum does not match')
}

function readHeader(reader: ByteReader): FrameHeader | null {
  const relay = relayId.safeParse(decodeText(reader.take(reader.varint())))
  const name = { epoch: reader.varint(), seq: reader.varint(), cohort: reader.varint() }
  const base = { baseEpoch: reader.varint(), baseSeq: reader.varint() }
  const at = reader.varint()
  const advance = reader.varint()
  const slots = reader.varint()
  if (!relay.success || name.epoch > maxEpoch || slots > cohortSlots || advance > 0xffff_ffff) return null
  const advanceS = advance % 2 === 0 ? advance / 2 : -(advance + 1) / 2
  return { relay: relay.data, ...name, ...base, at, advanceS, slots }
}

function readDirectory(reader: ByteReader): DirectoryEntry[] {
  const count = reader.varint()
  if (count > maxColumns) reader.fail('column', `${count} columns`)
  const entries: DirectoryEntry[] = []
  for (let index = 0; index < count && !reader.failure; index++) {
    const id = reader.varint()
    if (id > maxColumnId || id <= (entries.at(-1)?.id ?? -1)) reader.fail('column', `column ${id} is out of order`)
    entries.push({ id, bytes: reader.varint() })
  }
  return entries
}

function readColumn(reader: ByteReader, { id, bytes }: DirectoryEntry, symbols: number): FrameColumn {
  const body = reader.take(bytes)
  if (!hasSymbols(body, symbols)) reader.fail('column', `column ${id} does not hold ${symbols} symbols`)
  return { id, body }
}
