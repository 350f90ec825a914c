import { decodeText, type BeatCursor, type CommandId, type Cursor } from '@headframe/protocol'

/** What a control says to a box, as far as it is watched. */
export interface Said {
  readonly type: string
  readonly events?: Cursor
  readonly beats?: readonly BeatCursor[]
  /** Under which a box may act; null when it may not. */
  readonly term?: number | null
  readonly order?: { readonly id: CommandId; readonly ttlMs: number }
}

/** A JSON message in one chunk; larger ones say nothing that is watched here. */
export function saidIn(chunk: Uint8Array): Said | null {
  const whole = ((chunk[0] ?? 0) & 0xc0) === 0xc0 && chunk[1] === 0x7b
  const text = whole ? decodeText(chunk.subarray(1)) : null
  return text === null ? null : JSON.parse(text)
}
