import { z } from 'zod'
import { answer, ask } from '../ask.ts'
import { commandOrder, commandResult } from '../command.ts'
import { cursor, epoch, eventEnvelope } from '../event.ts'
import { commandId, controlId, minerId, relayId } from '../ids.ts'
import { minerInfo } from '../inventory.ts'
import { leaseAnswer, leaseAsk, leaseTerm } from '../lease.ts'
import { maxColumnId, maxColumns } from '../live/frame.ts'
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
  epoch,
  seq: z.number().int().min(0),
})
export type BeatCursor = z.infer<typeof beatCursor>
/** How good the wall clock of a relay is: `plausible` is not known to be wrong, and nothing vouches for it [T3]. */
export const clockQuality = z.enum(['synchronised', 'plausible', 'wrong'])
export type ClockQuality = z.infer<typeof clockQuality>

/** How a relay is. Told when it changed, at most once a beat. */
export const relayHealth = z.object({
  /** Polls that should have begun a whole interval ago. */
  latePolls: z.number().int().min(0),
  /** `full`: nothing can be written, so that no command is taken and no event told until there is space. */
  disk: z.enum(['ok', 'full']),
  clock: clockQuality,
  /** Where the history begins that it still holds, epoch ms. */
  historyFromAt: z.number().int().nullable(),
})
export type RelayHealth = z.infer<typeof relayHealth>

/** A moment in a relay's history: wall time as the relay stamped it, within one of its epochs, so that a clock set back is not two moments. */
export const moment = z.object({ epoch, at: z.number().int() })
export type Moment = z.infer<typeof moment>

/** True when `a` comes after `b`. */
export const isLater = (a: Moment, b: Moment): boolean => a.epoch > b.epoch || (a.epoch === b.epoch && a.at > b.at)

/** Beats of one epoch that are no further apart than this are history without a hole: what control has moves on with them by itself. */
export const longestStepMs = 150_000

/** True when a beat goes on from what control has, so that nothing in between has to be sent. */
export const isNextStep = (last: Moment | null, beat: Moment): boolean =>
  last !== null && last.epoch === beat.epoch && beat.at - last.at <= longestStepMs

/**
 * Why a part of history is not there: the disk budget was spent, the relay did not run, it was a standby that did not
 * read, it could not write, or its clock moved on without it: it was set forward, or the machine slept.
 */
export const gapReason = z.enum(['budget', 'stopped', 'standby', 'disk', 'clock'])
export type GapReason = z.infer<typeof gapReason>

/** A place in a relay's inventory as control keeps it: in order of change. */
const inventoryPlace = z.object({ revision: z.number().int().min(0), miner: minerId.nullable() })
export type InventoryPlace = z.infer<typeof inventoryPlace>

/** Names one viewer's question or tail; opaque to the relay, which gives it back. */
const viewer = z.string().max(128)

const credit = z.object({ type: z.literal('credit'), lane, bytes: z.number().int().min(1) })

/** A view has rows of no more cohorts than this: as many as a relay may have. */
export const maxViewCohorts = 1024

/** What dashboards show of the live tables of one relay: column ids, and slots by cohort. */
export const liveView = z.object({
  columns: z.array(z.number().int().min(0).max(maxColumnId)).max(maxColumns),
  rows: z
    .array(z.object({ cohort: z.number().int().min(0), slots: z.array(z.number().int().min(0).max(4095)).max(4096) }))
    .max(maxViewCohorts),
})
export type LiveView = z.infer<typeof liveView>

/** From a relay to control. Frames travel beside these as binary messages, see `live/packed.ts`. */
export const upMessage = z.discriminatedUnion('type', [
  /** Answer to `challenge`: an Ed25519 signature, base64, over `linkProof(...)`. */
  z.object({ type: z.literal('prove'), relay: relayId, signature: z.string().max(128), instance: z.string().max(128) }),
  z.object({
    type: z.literal('hello'),
    versions: version,
    software: z.string().max(64),
    epoch: epoch.min(1),
    /** What this relay lets this control do, from its own policy file [C4]. Kinds that control does not know are carried. */
    allowed: z.array(z.string().max(64)).max(64),
    /** Its wall clock as it sends this, epoch ms. */
    now: z.number().int(),
    clock: clockQuality,
    /** The term of the lease under which it speaks [S8]: 0 for a relay without a standby, `null` while it stands by. */
    term: leaseTerm.nullable(),
    demo: z.boolean(),
    pollEveryMs: z.number().int().min(1000),
    cohorts: z.array(z.object({ cohort: z.number().int().min(0), slots: z.number().int().min(0).max(4096) })).max(1024),
  }),
  credit,
  /** Events in order; the reader acknowledges with `durable`. */
  z.object({ type: z.literal('events'), events: z.array(eventEnvelope).max(1000) }),
  /** The relay journaled this command [C1]; its result comes as an event. */
  z.object({ type: z.literal('accepted'), id: commandId }),
  /** The relay could not even write this command down: nothing was sent to the miner, and this is its result. */
  z.object({ type: z.literal('declined'), result: commandResult }),
  z.object({ type: z.literal('detail'), reading, miner: minerId }),
  z.object({ type: z.literal('answer'), viewer, id: z.number().int(), answer }),
  /** Live tail of captured messages; `skipped` were dropped before these [P2]. */
  z.object({
    type: z.literal('tail'),
    viewer,
    messages: z.array(capturedMessage).max(500),
    skipped: z.number().int().min(0),
  }),
  z.object({ type: z.literal('status'), status: relayHealth }),
  /**
   * After packed frames of kind `history` on the backfill lane: all there is from `from` to `through` was sent, and
   * control may acknowledge `through`. With a `gap` there is nothing in between, and never will be.
   */
  z.object({ type: z.literal('history'), from: moment, through: moment, gap: gapReason.nullable() }),
  /** Asks for the lease, or for more of it. `id` comes back with the answer. */
  leaseAsk.extend({ type: z.literal('lease'), id: z.number().int().min(0) }),
  /** Asks for the next part of the inventory that control holds of this relay, after a place. */
  z.object({ type: z.literal('pull'), after: inventoryPlace }),
])
export type UpMessage = z.infer<typeof upMessage>

/** From control to a relay. */
export const downMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('challenge'), control: controlId, nonce: z.string().max(64) }),
  z.object({
    type: z.literal('welcome'),
    version: z.number().int(),
    /** Up to here it has the events of this box. */
    events: cursor,
    /** The latest epoch that it knows of any box of this relay; absent from one of an earlier release. */
    epoch: epoch.optional(),
    beats: z.array(beatCursor).max(1024),
    /** Up to here control has the history of this relay without a hole that is not marked; `null` for none. */
    history: moment.nullable(),
    now: z.number().int(),
  }),
  credit,
  /** All up to here is on disk [S1]; what is acknowledged may be forgotten. */
  z.object({
    type: z.literal('durable'),
    events: cursor.optional(),
    beats: z.array(beatCursor).max(1024).optional(),
    history: moment.optional(),
  }),
  /** These cohorts could not be followed; send keyframes. */
  z.object({ type: z.literal('keyframe'), cohorts: z.array(z.number().int().min(0)).max(1024) }),
  z.object({ type: z.literal('command'), order: commandOrder }),
  z.object({ type: z.literal('ask'), viewer, id: z.number().int(), ask }),
  /** The answer to `lease`. */
  leaseAnswer.extend({ type: z.literal('lease'), id: z.number().int().min(0) }),
  /** The answer to `pull`: miners in order of change; `next` is where to go on, and `complete` when there is no more now. `total` counts all miners of the relay. */
  z.object({
    type: z.literal('page'),
    miners: z.array(minerInfo).max(256),
    next: inventoryPlace,
    complete: z.boolean(),
    total: z.number().int().min(0),
  }),
  /**
   * Who is watching: while `live`, changed slots come every second; `miners` are polled at their fastest, and their
   * details sent. Live frames carry all columns of the slots in `view`, and of all others only its `columns`; without
   * a view, all columns of all. Replaces the last.
   */
  z.object({
    type: z.literal('watch'),
    live: z.boolean(),
    miners: z.array(minerId).max(256),
    tails: z.array(z.object({ viewer, filter: messageFilter })).max(64),
    view: liveView.nullable(),
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
