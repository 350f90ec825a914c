import { ByteReader, ByteWriter, type CodecError } from './bytes.ts'
import { readHead, type DirectoryEntry } from './decode.ts'
import { checksumBytes } from './frame.ts'

/**
 * Frames side by side: how many; each one's head behind its length, and its checksum; then the bodies of the first
 * column of all frames, of the second, and so on. Deflate changes its code tables every 16,000 bytes or so: with like
 * beside like they fit, which saves a tenth.
 */
export function interleave(frames: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter()
  writer.varint(frames.length)
  const parts = frames.map(frame => takeApart(frame))
  for (const { head, checksum } of parts) {
    writer.varint(head.length)
    writer.append(head)
    writer.append(checksum)
  }
  for (const { body } of byColumn(parts.map(part => part.columns)).flat()) writer.append(body)
  return writer.copy()
}

export type SplitFrames =
  | { readonly ok: true; readonly frames: readonly Uint8Array<ArrayBuffer>[] }
  | { readonly ok: false; readonly error: CodecError }

/** The frames again, each in a buffer of its own. Decoding them checks the rest. */
export function splitFrames(bytes: Uint8Array): SplitFrames {
  const reader = new ByteReader(bytes)
  const count = reader.varint()
  if (count > maxFrames) reader.fail('format', `${count} frames`)
  const heads: PackedHead[] = []
  while (heads.length < count && !reader.failure) heads.push(readPackedHead(reader))
  const bodies = new Map<DirectoryEntry, Uint8Array>()
  for (const entry of byColumn(heads.map(head => head.directory)).flat()) bodies.set(entry, reader.take(entry.bytes))
  if (reader.left > 0) reader.fail('trailing', 'bytes after the last column')
  if (reader.failure) return { ok: false, error: reader.failure }
  return { ok: true, frames: heads.map(head => joinFrame(head, bodies)) }
}

/** Frames in one message: as many as a relay has cohorts, see `hello`. */
export const maxFrames = 1024

interface PackedHead {
  readonly head: Uint8Array
  readonly checksum: Uint8Array
  readonly directory: readonly DirectoryEntry[]
}

function readPackedHead(reader: ByteReader): PackedHead {
  const head = reader.take(reader.varint())
  const checksum = reader.take(checksumBytes)
  const inner = new ByteReader(head)
  const parsed = readHead(inner)
  if (inner.left > 0) inner.fail('trailing', 'bytes after a head')
  if (inner.failure) reader.fail(inner.failure.code, inner.failure.text)
  return { head, checksum, directory: parsed?.directory ?? [] }
}

function joinFrame({ head, checksum, directory }: PackedHead, bodies: Map<DirectoryEntry, Uint8Array>) {
  const writer = new ByteWriter()
  writer.append(head)
  for (const entry of directory) writer.append(bodies.get(entry) ?? new Uint8Array())
  writer.append(checksum)
  return writer.copy()
}

function takeApart(frame: Uint8Array) {
  const reader = new ByteReader(frame)
  const directory = readHead(reader)?.directory ?? []
  const head = frame.subarray(0, frame.length - reader.left)
  const columns = directory.map(entry => ({ id: entry.id, body: reader.take(entry.bytes) }))
  const checksum = reader.take(checksumBytes)
  if (reader.failure || reader.left > 0) throw new Error('not a frame')
  return { head, columns, checksum }
}

/** By column id, then by frame. */
function byColumn<T extends { readonly id: number }>(frames: readonly (readonly T[])[]): T[][] {
  const groups = Map.groupBy(frames.flat(), column => column.id)
  return [...groups].toSorted(([a], [b]) => a - b).map(([, columns]) => columns)
}
