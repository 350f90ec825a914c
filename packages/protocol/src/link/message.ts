import { z } from 'zod'
import { answer, ask } from '../ask.ts'
import { commandKind, commandOrder } from '../command.ts'
import { cursor, eventEnvelope } from '../event.ts'
import { commandId, controlId, minerId, relayId } from '../ids.ts'
import { reading } from '../reading.ts'
import { capturedMessage, messageFilter } from '../stratum.ts'
import { lanes } from './lane.ts'

/** Versions of this protocol that we speak, both ends inclusive. */
export const versions = { from: 1, to: 1 } as const

const lane = z.enum(lanes)
const version = z.object({ from: z.number().int(), to: z.number().int() })
/** Beats of one cohort: the seq of the last that is durable, 0 for none. */
const beatCursor = z.object({
  cohort: z.number().int().min(0),
  epoch: z.number().int().min(0),
  seq: z.number().int().min(0),
})
export type BeatCursor = z.infer<typeof beatCursor>
/** Names one viewer's question or tail; opaque to the relay, which gives it back. */
const viewer = z.string().max(128)

const credit = z.object({ type: z.literal('credit'), lane, bytes: z.number().int().min(1) })

/** From a relay to control. Frames travel beside these as binary messages, see `live/packed.ts`. */
export const upMessage = z.discriminatedUnion('type', [
  /** Answer to `challenge`: an Ed25519 signature, base64, over `linkProof(...)`. */
  z.object({ type: z.literal('prove'), relay: relayId, signature: z.string().max(128), instance: z.string().max(128) }),
  z.object({
    type: z.literal('hello'),
    versions: version,
    software: z.string().max(64),
    epoch: z.number().int().min(1),
    /** What this relay lets this control do, from its own policy file [C4]. */
    allowed: z.array(commandKind).max(64),
    demo: z.boolean(),
    pollEveryMs: z.number().int().min(1000),
    cohorts: z.array(z.object({ cohort: z.number().int().min(0), slots: z.number().int().min(0).max(4096) })).max(1024),
  }),
  credit,
  /** Events in order; the reader acknowledges with `durable`. */
  z.object({ type: z.literal('events'), events: z.array(eventEnvelope).max(1000) }),
  /** The relay journaled this command [C1]; its result comes as an event. */
  z.object({ type: z.literal('accepted'), id: commandId }),
  z.object({ type: z.literal('detail'), reading, miner: minerId }),
  z.object({ type: z.literal('answer'), viewer, id: z.number().int(), answer }),
  /** Live tail of captured messages; `skipped` were dropped before these [P2]. */
  z.object({
    type: z.literal('tail'),
    viewer,
    messages: z.array(capturedMessage).max(500),
    skipped: z.number().int().min(0),
  }),
])
export type UpMessage = z.infer<typeof upMessage>

/** From control to a relay. */
export const downMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('challenge'), control: controlId, nonce: z.string().max(64) }),
  z.object({
    type: z.literal('welcome'),
    version: z.number().int(),
    events: cursor,
    beats: z.array(beatCursor).max(1024),
    now: z.number().int(),
  }),
  credit,
  /** All up to here is on disk [S1]; what is acknowledged may be forgotten. */
  z.object({ type: z.literal('durable'), events: cursor.optional(), beats: z.array(beatCursor).max(1024).optional() }),
  /** These cohorts could not be followed; send keyframes. */
  z.object({ type: z.literal('keyframe'), cohorts: z.array(z.number().int().min(0)).max(1024) }),
  z.object({ type: z.literal('command'), order: commandOrder }),
  z.object({ type: z.literal('ask'), viewer, id: z.number().int(), ask }),
  /** Who is watching: while `live`, changed slots come every second; `miners` are polled at their fastest, and their details sent. Replaces the last. */
  z.object({
    type: z.literal('watch'),
    live: z.boolean(),
    miners: z.array(minerId).max(256),
    tails: z.array(z.object({ viewer, filter: messageFilter })).max(64),
  }),
])
export type DownMessage = z.infer<typeof downMessage>

/** What a relay signs to prove its key: bound to the control and to this one challenge. */
export function linkProof(parts: {
  control: string
  relay: string
  nonce: string
  instance: string
}): Uint8Array<ArrayBuffer> {
  const text = ['headframe link v1', parts.control, parts.relay, parts.nonce, parts.instance].join('\n')
  return Uint8Array.from(text, char => char.charCodeAt(0))
}
