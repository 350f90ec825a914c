import { z } from 'zod'
import { sessionId } from './ids.ts'

const text = z.string().max(512).nullable()
const count = z.number().int().nonnegative()

export const direction = z.enum(['to-pool', 'to-miner'])
export type Direction = z.infer<typeof direction>

/** A miner's connection through the proxy. */
export const stratumSession = z.object({
  id: sessionId,
  /** Address and port of the miner. */
  peer: z.string().max(80),
  /** Where the proxy took it, and the pool it went to. */
  listener: z.string().max(80),
  pool: z.string().max(300),
  startedAt: z.number(),
  endedAt: z.number().nullable(),
  endReason: text,
  agent: text,
  worker: text,
  difficulty: z.number().nonnegative().nullable(),
  accepted: count,
  rejected: count,
  messagesToPool: count,
  messagesToMiner: count,
  bytesToPool: count,
  bytesToMiner: count,
  lastShareAt: z.number().nullable(),
})
export type StratumSession = z.infer<typeof stratumSession>

/** One line of a session, as captured. The password of `mining.authorize` is masked before it is kept [X1]. */
export const capturedMessage = z.object({
  /** Rises within one capture store. */
  seq: count,
  session: sessionId,
  direction,
  /** Wall time of the first byte, epoch ms; whole microseconds of a monotonic clock for the two times below. */
  receivedAt: z.number(),
  receivedUs: z.number(),
  forwardedUs: z.number().nullable(),
  sizeBytes: count,
  kind: z.enum(['request', 'response', 'notification', 'undecoded']),
  /** Of a response: the method of the request that it answers. */
  method: text,
  /** One line for the list: `set difficulty 8192`, `share rejected: low difficulty`. */
  summary: z.string().max(512),
  parseError: text,
  /** Of a response: since its request, microseconds. */
  latencyUs: z.number().nullable(),
})
export type CapturedMessage = z.infer<typeof capturedMessage>

/** With its bytes and the fields found in it. */
export const capturedDetail = capturedMessage.extend({
  /** At most 64 KiB of the line, base64. */
  rawBase64: z.string().max(90_000),
  decoded: z.unknown(),
})
export type CapturedDetail = z.infer<typeof capturedDetail>

export const messageFilter = z.object({
  session: sessionId.optional(),
  direction: direction.optional(),
  method: z.string().max(64).optional(),
  /** Found anywhere in the line, without case. */
  text: z.string().max(128).optional(),
})
export type MessageFilter = z.infer<typeof messageFilter>

/** How the capture keeps up [P2]. */
export const captureHealth = z.object({
  running: z.boolean(),
  messages: count,
  dropped: count,
  behindMs: z.number().nonnegative(),
  sizeBytes: count,
})
export type CaptureHealth = z.infer<typeof captureHealth>
