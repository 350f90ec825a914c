import { chunkAt } from './chunks.ts'
import { encodeMessage } from './json.ts'
import { initialCreditBytes, lanes, maxChunkBytes, maxMessageBytes, type Lane } from './lane.ts'

/** Sends the messages of one connection: urgent lanes first, chunk by chunk, within what the reader granted [S7]. */
export interface Sender {
  /** Queues a message and sends what can go. False when the lane's queue is full: nothing was taken; merge it or keep it [S3]. */
  send(lane: Lane, payload: Uint8Array): boolean
  /** Tells the other side that it may send us more on a lane. Outside of credit and of queue limits. */
  sendCredit(lane: Lane, bytes: number): void
  /** The other side may be sent more. */
  grant(lane: Lane, bytes: number): void
  /** Sends what can go: call it when the socket has drained. */
  pump(): void
  /** Payload bytes on a lane that were not written yet. */
  queued(lane: Lane): number
}

export interface SenderDeps {
  /** Takes a fresh buffer. */
  readonly write: (chunk: Uint8Array<ArrayBuffer>) => void
  /** False while the socket holds enough unsent bytes. */
  readonly ready: () => boolean
  /** A lane's queue takes a message while it is empty or stays within this. */
  readonly queueLimitBytes: number
}

interface Outbox {
  readonly lane: Lane
  /** Oldest first. */
  queue: Uint8Array[]
  /** The message under way; all of it is paid for, so a lane never stops inside a message. */
  current: Uint8Array | null
  offset: number
  queuedBytes: number
  creditBytes: number
}

export function createSender(deps: SenderDeps): Sender {
  const outboxes = lanes.map(emptyOutbox)
  const outboxOf = (lane: Lane) => outboxes[lanes.indexOf(lane)] ?? emptyOutbox(lane)
  /** Grants not yet sent, added up. */
  const grants = new Map<Lane, number>()

  /** The most urgent message that may go on or start. */
  function next(): Outbox | undefined {
    return outboxes.find(outbox => outbox.current || startGrant(outbox, grants) || start(outbox))
  }

  function pump(): void {
    while (deps.ready()) {
      const outbox = next()
      if (!outbox?.current) return
      deps.write(nextChunk(outbox, outbox.current))
    }
  }

  return {
    send(lane, payload) {
      if (payload.length === 0 || payload.length > maxMessageBytes)
        throw new Error(`a message of ${payload.length} bytes`)
      const outbox = outboxOf(lane)
      if (outbox.queuedBytes > 0 && outbox.queuedBytes + payload.length > deps.queueLimitBytes) return false
      outbox.queue.push(payload)
      outbox.queuedBytes += payload.length
      pump()
      return true
    },
    sendCredit(lane, bytes) {
      if (bytes > 0) grants.set(lane, (grants.get(lane) ?? 0) + bytes)
      pump()
    },
    grant(lane, bytes) {
      outboxOf(lane).creditBytes += bytes
      pump()
    },
    pump,
    queued: lane => outboxOf(lane).queuedBytes,
  }
}

function emptyOutbox(lane: Lane): Outbox {
  return { lane, queue: [], current: null, offset: 0, queuedBytes: 0, creditBytes: initialCreditBytes[lane] }
}

function startGrant(outbox: Outbox, grants: Map<Lane, number>): boolean {
  const [grant] = grants
  if (outbox.lane !== 'control' || !grant) return false
  const [lane, bytes] = grant
  grants.delete(lane)
  outbox.current = encodeMessage({ type: 'credit', lane, bytes })
  outbox.queuedBytes += outbox.current.length
  return true
}

function start(outbox: Outbox): boolean {
  const [head] = outbox.queue
  if (!head || head.length > outbox.creditBytes) return false
  outbox.queue.shift()
  outbox.creditBytes -= head.length
  outbox.current = head
  return true
}

function nextChunk(outbox: Outbox, payload: Uint8Array): Uint8Array<ArrayBuffer> {
  const chunk = chunkAt(outbox.lane, payload, outbox.offset)
  outbox.offset += maxChunkBytes
  outbox.queuedBytes -= chunk.length - 1
  if (outbox.offset >= payload.length) {
    outbox.current = null
    outbox.offset = 0
  }
  return chunk
}
