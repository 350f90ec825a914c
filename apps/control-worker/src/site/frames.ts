import { inflateRawSync } from 'node:zlib'
import {
  decodeFrame,
  maxInflatedBytes,
  openPacked,
  splitFrames,
  type Frame,
  type FrameKind,
  type PackedKind,
} from '@headframe/protocol'

export type OpenedFrames =
  | { readonly ok: true; readonly kind: PackedKind; readonly frames: readonly Frame[] }
  | { readonly ok: false; readonly error: string }

/** A message of a relay, and what it holds. */
export interface PackedFrames {
  readonly kind: FrameKind
  readonly frames: readonly Frame[]
  readonly message: Uint8Array<ArrayBuffer>
}

/** The frames of a packed message. All of them decode, or none counts. */
export function openFrames(message: Uint8Array): OpenedFrames {
  const opened = openPacked(message)
  if (!opened.ok) return { ok: false, error: opened.error.text }
  const body = inflate(opened.deflated)
  if (body === null) return { ok: false, error: 'frames that do not inflate' }
  const split = splitFrames(body)
  if (!split.ok) return { ok: false, error: split.error.text }
  const frames: Frame[] = []
  for (const bytes of split.frames) {
    const decoded = decodeFrame(bytes)
    if (!decoded.ok) return { ok: false, error: decoded.error.text }
    frames.push(decoded.frame)
  }
  return { ok: true, kind: opened.kind, frames }
}

function inflate(deflated: Uint8Array): Uint8Array | null {
  try {
    return inflateRawSync(deflated, { maxOutputLength: maxInflatedBytes })
  } catch {
    // zlib tells a bad stream and one over the limit by throwing; to us they are the same.
    return null
  }
}
