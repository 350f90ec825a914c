import { maxMessageBytes } from '../link/lane.ts'
import { ByteReader, type CodecError } from './bytes.ts'
import { interleave, maxFrames } from './interleave.ts'

/** Kinds of packed messages. The position, from 1, is the first byte; never 0x7B, which is `{` and marks JSON. */
export const packedKinds = ['beat', 'live', 'history', 'inventory'] as const
export type PackedKind = (typeof packedKinds)[number]
/** Kinds whose frames are applied as they come. */
export type FrameKind = Extract<PackedKind, 'beat' | 'live'>

export const isFrameKind = (kind: PackedKind): kind is FrameKind => kind === 'beat' || kind === 'live'

/** `node:zlib` deflateRawSync and the like. */
export type Deflate = (bytes: Uint8Array) => Uint8Array

const packedFormat = 1
/** A packed message inflates to no more than this. Give it to the inflater as its limit, so that a small message cannot fill memory. */
export const maxInflatedBytes = 4 * 1024 * 1024

/** Frames as messages of at most `maxMessageBytes`, in order: one message where they fit. */
export function packMessages(
  kind: PackedKind,
  frames: readonly Uint8Array[],
  deflate: Deflate,
): Uint8Array<ArrayBuffer>[] {
  if (frames.length === 0) return []
  const size = frames.reduce((sum, frame) => sum + frame.length + 3, 3)
  const packed = size <= maxInflatedBytes && frames.length <= maxFrames ? packFrames(kind, frames, deflate) : null
  if (packed && packed.length <= maxMessageBytes) return [packed]
  // A cohort's columns hold under 50 bytes a row by the range of their codings, so one frame always fits.
  if (frames.length === 1) throw new Error('a frame larger than a message')
  const half = Math.ceil(frames.length / 2)
  return [frames.slice(0, half), frames.slice(half)].flatMap(part => packMessages(kind, part, deflate))
}

/** One message of several frames: kind, format, then deflate-raw of the frames, see `interleave`. */
export function packFrames(kind: PackedKind, frames: readonly Uint8Array[], deflate: Deflate): Uint8Array<ArrayBuffer> {
  return packBytes(kind, interleave(frames), deflate)
}

/** A packed message of a kind whose body is no frames. */
export function packBytes(kind: PackedKind, body: Uint8Array, deflate: Deflate): Uint8Array<ArrayBuffer> {
  const deflated = deflate(body)
  const message = new Uint8Array(2 + deflated.length)
  message.set([packedKinds.indexOf(kind) + 1, packedFormat])
  message.set(deflated, 2)
  return message
}

export type OpenedPacked =
  | { readonly ok: true; readonly kind: PackedKind; readonly deflated: Uint8Array }
  | { readonly ok: false; readonly error: CodecError }

/** What to inflate, to at most `maxInflatedBytes`, and then to split. */
export function openPacked(message: Uint8Array): OpenedPacked {
  const reader = new ByteReader(message)
  const kind = packedKinds[reader.byte() - 1]
  if (!kind || reader.byte() !== packedFormat) reader.fail('format', `not packed frames of format ${packedFormat}`)
  if (kind && !reader.failure) return { ok: true, kind, deflated: message.subarray(2) }
  return { ok: false, error: reader.failure ?? { code: 'format', text: 'an unknown kind', offset: 0 } }
}
