import type { Direction } from '@headframe/protocol'
import type { CopyBytes, CopyEnd, CopyGap, CopySession } from '../capture/copy-record.ts'

/** One read from a socket after it was written to the other. `forwardedUs` is null when the write failed. */
export interface Copied {
  readonly direction: Direction
  readonly bytes: Uint8Array
  readonly receivedAt: number
  readonly receivedUs: number
  readonly forwardedUs: number | null
}

/** A session as the outbox knows it: how to announce it, and what of it was dropped and not yet told. */
export interface CopiedSession {
  readonly handle: number
  readonly session: CopySession
  readonly missed: Missed
}

export interface Waiting {
  readonly owner: CopiedSession | null
  readonly record: CopyBytes | CopyGap | CopyEnd
}

/** Copies on their way to the capture process, kept until it has stored them, up to a limit [P2] [S7]. */
export interface Outbox {
  /** Takes a copy, or counts it as missed when there is no room. */
  bytes(owner: CopiedSession, copied: Copied): void
  end(owner: CopiedSession, endedAt: number, reason: string): void
  /** The next record that was not yet sent on this connection. */
  readonly next: () => Waiting | undefined
  /** Everything up to this number is stored. */
  confirm(number: number): void
  /** A new connection: what is not confirmed is sent again. */
  rewind(): void
  /** Sessions of which something is still to be sent. */
  owners(): Set<CopiedSession>
  /** True once after the end of a session had no room: which sessions still run must be announced anew. */
  takeLostEnds(): boolean
  stats(): OutboxStats
}

export interface OutboxStats {
  readonly waitingBytes: number
  readonly droppedChunks: number
  readonly droppedBytes: number
}

export function createCopiedSession(handle: number, session: CopySession): CopiedSession {
  return { handle, session, missed: nothingMissed() }
}

export function createOutbox(limitBytes: number): Outbox {
  const queue = createQueue()
  /** Missed of sessions whose end was lost too. */
  const lost = nothingMissed()
  const dropped = { chunks: 0, bytes: 0 }
  let lostEnds = false

  const hasRoom = (cost: number) => queue.bytes() + cost <= limitBytes
  const gaps = (owner: CopiedSession | null, missed: Missed) => {
    for (const direction of directions) {
      const gap = missed[direction]
      if (gap === null) continue
      missed[direction] = null
      queue.push(owner, number => ({ kind: 'gap', number, handle: owner?.handle ?? 0, direction, ...gap }))
    }
  }

  return {
    bytes(owner, copied) {
      if (!hasRoom(costOf(copied.bytes.length) + 2 * costOf(0))) {
        const { direction, bytes, receivedAt, receivedUs } = copied
        dropped.chunks++
        dropped.bytes += bytes.length
        addMissed(owner.missed, direction, { chunks: 1, bytes: bytes.length, receivedAt, receivedUs })
        return
      }
      gaps(owner, owner.missed)
      queue.push(owner, number => ({ kind: 'bytes', number, handle: owner.handle, ...copied }))
    },
    end(owner, endedAt, reason) {
      if (queue.bytes() + 3 * costOf(0) > limitBytes + endsReserveBytes) {
        for (const direction of directions) addMissed(lost, direction, owner.missed[direction])
        lostEnds = true
        return
      }
      gaps(owner, owner.missed)
      queue.push(owner, number => ({ kind: 'end', number, handle: owner.handle, endedAt, reason }))
    },
    next: queue.next,
    confirm(number) {
      queue.confirm(number)
      if (hasRoom(2 * costOf(0))) gaps(null, lost)
    },
    rewind: queue.rewind,
    owners: queue.owners,
    takeLostEnds() {
      const taken = lostEnds && hasRoom(0)
      if (taken) lostEnds = false
      return taken
    },
    stats: () => ({ waitingBytes: queue.bytes(), droppedChunks: dropped.chunks, droppedBytes: dropped.bytes }),
  }
}

/** How much was dropped, and when the first of it came. */
interface Gap {
  readonly chunks: number
  readonly bytes: number
  readonly receivedAt: number
  readonly receivedUs: number
}
type Missed = Record<Direction, Gap | null>

const directions = ['to-pool', 'to-miner'] as const

/** Ends are small and there is one for each session: they may go this far above the limit. */
const endsReserveBytes = 1_048_576

/** What a waiting record takes in memory beside its bytes: a Buffer, its store, the record itself. */
const recordOverheadBytes = 320

const costOf = (bytes: number) => bytes + recordOverheadBytes

function nothingMissed(): Missed {
  return { 'to-pool': null, 'to-miner': null }
}

function addMissed(missed: Missed, direction: Direction, more: Gap | null): void {
  const sum = missed[direction]
  if (more === null) return
  missed[direction] = sum === null ? more : { ...sum, chunks: sum.chunks + more.chunks, bytes: sum.bytes + more.bytes }
}

/** A numbered queue with two places in it: what is confirmed is gone, what is sent waits to be confirmed. */
function createQueue() {
  let entries: Waiting[] = []
  let head = 0
  let sent = 0
  let bytes = 0
  let lastNumber = 0

  const compact = () => {
    if (head < 1024 || head * 2 < entries.length) return
    entries = entries.slice(head)
    sent -= head
    head = 0
  }

  return {
    push(owner: CopiedSession | null, make: (number: number) => Waiting['record']): void {
      const record = make(++lastNumber)
      entries.push({ owner, record })
      bytes += costOf(sizeOf(record))
    },
    next: () => (sent < entries.length ? entries[sent++] : undefined),
    confirm(number: number): void {
      for (let entry = entries[head]; entry !== undefined && entry.record.number <= number; entry = entries[head]) {
        bytes -= costOf(sizeOf(entry.record))
        head++
      }
      sent = Math.max(sent, head)
      compact()
    },
    rewind: () => {
      sent = head
    },
    owners: () => new Set(entries.slice(head).flatMap(entry => entry.owner ?? [])),
    bytes: () => bytes,
  }
}

function sizeOf(record: Waiting['record']): number {
  return record.kind === 'bytes' ? record.bytes.length : 0
}
