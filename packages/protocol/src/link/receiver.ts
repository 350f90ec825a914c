import type { CloseName } from '../close.ts'
import { firstFlag, lastFlag } from './chunks.ts'
import { isCredit, maxCreditMessageBytes } from './json.ts'
import { initialCreditBytes, lanes, maxChunkBytes, maxMessageBytes, type Lane } from './lane.ts'

export interface ReceivedMessage {
  readonly kind: 'message'
  readonly lane: Lane
  readonly payload: Uint8Array<ArrayBuffer>
}

export type Received =
  | ReceivedMessage
  | { readonly kind: 'partial' }
  /** Close the socket with this; nothing more will be understood. */
  | { readonly kind: 'error'; readonly close: CloseName }

/** Puts the messages of one connection together again, and watches that the sender keeps to its credit [S7]. */
export interface Receiver {
  push(chunk: Uint8Array): Received
  /** Call it once a message is handled. Bytes to grant the sender now: 0 when there is no need yet. */
  creditFor(message: ReceivedMessage): number
}

interface Inbox {
  /** Parts of the message under way. */
  parts: Uint8Array[]
  bytes: number
  /** Received and not granted back. */
  outstanding: number
  /** Of these, handled. */
  owed: number
}

export function createReceiver(): Receiver {
  const inboxes = lanes.map((): Inbox => ({ parts: [], bytes: 0, outstanding: 0, owed: 0 }))

  return {
    push(chunk) {
      const position = (chunk[0] ?? 0) & ~(firstFlag | lastFlag)
      const lane = lanes[position]
      const inbox = inboxes[position]
      if (!lane || !inbox || chunk.length < 2 || chunk.length > 1 + maxChunkBytes) return refuse('badMessage')
      return take(lane, inbox, chunk)
    },
    creditFor(message) {
      const inbox = inboxes[lanes.indexOf(message.lane)]
      if (!inbox || isCredit(message.lane, message.payload)) return 0
      inbox.owed += message.payload.length
      // As long as the sender has credit for the largest message, it can go on: fewer grants are needed.
      if (inbox.owed <= initialCreditBytes[message.lane] - maxMessageBytes) return 0
      const bytes = inbox.owed
      inbox.owed = 0
      inbox.outstanding -= bytes
      return bytes
    },
  }
}

function take(lane: Lane, inbox: Inbox, chunk: Uint8Array): Received {
  const flags = chunk[0] ?? 0
  const first = (flags & firstFlag) !== 0
  if (!first && inbox.bytes === 0) return refuse('lostState')
  if (first && inbox.bytes > 0) return refuse('badMessage')
  const bytes = chunk.length - 1
  inbox.parts.push(chunk.slice(1))
  inbox.bytes += bytes
  inbox.outstanding += bytes
  if (inbox.bytes > maxMessageBytes) return refuse('badMessage')
  // A credit message is exempt, but known only when it is complete.
  const slack = lane === 'control' ? maxCreditMessageBytes : 0
  if (inbox.outstanding > initialCreditBytes[lane] + slack) return refuse('outOfCredit')
  if ((flags & lastFlag) !== 0) return finish(lane, inbox)
  // All but the last are full, so that a message is never many parts.
  return bytes === maxChunkBytes ? { kind: 'partial' } : refuse('badMessage')
}

function finish(lane: Lane, inbox: Inbox): Received {
  const payload = new Uint8Array(inbox.bytes)
  let offset = 0
  for (const part of inbox.parts) {
    payload.set(part, offset)
    offset += part.length
  }
  inbox.parts = []
  inbox.bytes = 0
  if (isCredit(lane, payload)) inbox.outstanding -= payload.length
  return { kind: 'message', lane, payload }
}

const refuse = (close: CloseName): Received => ({ kind: 'error', close })
