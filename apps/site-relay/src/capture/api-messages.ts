import { ask, answer, captureHealth, capturedMessage, messageFilter } from '@headframe/protocol'
import { z } from 'zod'

const id = z.number().int().min(0)
const seq = z.number().int().min(0)

/** To the capture process: one JSON value a line. The ids are the asker's. */
export const toCapture = z.discriminatedUnion('type', [
  z.object({ type: z.literal('ask'), id, ask }),
  z.object({ type: z.literal('health'), id }),
  /** Follow what is captured: from a seq, or from now on. */
  z.object({ type: z.literal('tail'), id, filter: messageFilter, from: seq.nullable() }),
  /** The last part of a tail was taken in: the next may come [S7]. */
  z.object({ type: z.literal('ack'), id }),
  z.object({ type: z.literal('stop'), id }),
])
export type ToCapture = z.infer<typeof toCapture>

export const fromCapture = z.discriminatedUnion('type', [
  z.object({ type: z.literal('answer'), id, answer }),
  z.object({ type: z.literal('health'), id, health: captureHealth }),
  /** A part of a tail. `next`: the seq to go on from on another connection. */
  z.object({
    type: z.literal('tail'),
    id,
    messages: z.array(capturedMessage).max(500),
    skipped: z.number().int().min(0),
    next: seq,
  }),
])
export type FromCapture = z.infer<typeof fromCapture>

/** Longest line in either direction; 500 messages are about 300 KB. */
export const maxApiLineBytes = 4 * 1024 * 1024
