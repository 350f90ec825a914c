import { z } from 'zod'
import { minerId, sessionId } from './ids.ts'
import { reading } from './reading.ts'
import { captureHealth, capturedDetail, capturedMessage, messageFilter, stratumSession } from './stratum.ts'

/** A question that a dashboard puts to a relay through control. Nothing is stored on the way. */
export const ask = z.discriminatedUnion('kind', [
  /** The last reading of a miner, with its age; fresh when the miner is being watched. */
  z.object({ kind: z.literal('reading'), miner: minerId }),
  z.object({ kind: z.literal('sessions'), limit: z.number().int().min(1).max(500) }),
  z.object({ kind: z.literal('session'), session: sessionId }),
  /** Newest first, before `before` when given. */
  z.object({
    kind: z.literal('messages'),
    filter: messageFilter,
    before: z.number().int().optional(),
    limit: z.number().int().min(1).max(500),
  }),
  z.object({ kind: z.literal('message'), seq: z.number().int().min(0) }),
])
export type Ask = z.infer<typeof ask>

export const answer = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('reading'), reading: reading.nullable() }),
  z.object({ kind: z.literal('sessions'), sessions: z.array(stratumSession).max(500), health: captureHealth }),
  z.object({ kind: z.literal('session'), session: stratumSession.nullable() }),
  z.object({
    kind: z.literal('messages'),
    messages: z.array(capturedMessage).max(500),
    /** There may be older ones: ask again with this `before`. A search ends after a while even if it found nothing yet. */
    more: z.boolean(),
    before: z.number().int().optional(),
  }),
  z.object({ kind: z.literal('message'), message: capturedDetail.nullable() }),
  z.object({
    kind: z.literal('failed'),
    code: z.enum(['relay-silent', 'capture-down', 'not-found', 'too-large', 'bad-ask']),
    text: z.string().max(256),
  }),
])
export type Answer = z.infer<typeof answer>
