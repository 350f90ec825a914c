import type { CopySession } from '../capture/copy-record.ts'
import { connectCopies, type CaptureConnection } from './capture-connection.ts'
import {
  createCopiedSession,
  createOutbox,
  type Copied,
  type CopiedSession,
  type Outbox,
  type OutboxStats,
} from './outbox.ts'

export interface CaptureLinkOptions {
  readonly path: string
  /** Names this run of the proxy: 32 hex digits. */
  readonly proxy: string
  readonly limitBytes: number
}

export interface CaptureLink {
  open(session: CopySession): CopiedSession
  copied(session: CopiedSession, copied: Copied): void
  close(session: CopiedSession, endedAt: number, reason: string): void
  stats(): OutboxStats & { readonly connected: boolean }
  /** Ends, once what waits is stored or the time is over. */
  stop(withinMs: number): Promise<void>
}

/**
 * Carries copies to the capture process over its Unix socket. It never waits for that process: whether it is away, slow
 * or back again shows in `stats` alone [P2].
 */
export function createCaptureLink(options: CaptureLinkOptions): CaptureLink {
  const outbox = createOutbox(options.limitBytes)
  const running = new Set<CopiedSession>()
  const carrier = createCarrier(options, { outbox, running })
  let handles = 0

  return {
    open(session) {
      const opened = createCopiedSession(++handles, session)
      running.add(opened)
      carrier.announce(opened)
      return opened
    },
    copied(session, copied) {
      outbox.bytes(session, copied)
      carrier.soon()
    },
    close(session, endedAt, reason) {
      running.delete(session)
      outbox.end(session, endedAt, reason)
      carrier.soon()
    },
    stats: () => ({ ...outbox.stats(), connected: carrier.isLive() }),
    stop: withinMs => carrier.stop(withinMs),
  }
}

/** Copies are sent this much after the first of them: a share then costs no system call of its own, and nobody sees the delay. */
const flushMs = 10
const sliceBytes = 65_536
const firstPauseMs = 100
const longestPauseMs = 1000

/** Keeps a connection to the capture process, and sends what waits. */
function createCarrier(options: CaptureLinkOptions, from: { outbox: Outbox; running: ReadonlySet<CopiedSession> }) {
  const { outbox, running } = from
  const settled = Promise.withResolvers<void>()
  let connection: CaptureConnection | null = null
  let stopping = false
  let pauseMs = firstPauseMs
  let retry: NodeJS.Timeout | null = null
  let due: NodeJS.Timeout | null = null

  const flush = () => {
    if (due !== null) clearTimeout(due)
    due = null
    // A slice at a time: it shares the loop with the sockets of miners, and goes after them.
    if (connection?.send(outbox.next, sliceBytes) === 'more') due = setTimeout(flush, 1)
  }
  const soon = () => {
    due ??= setTimeout(flush, flushMs)
  }
  const open = () => {
    connection = connectCopies(options, {
      live() {
        pauseMs = firstPauseMs
        outbox.rewind()
        connection?.announce([...running, ...outbox.owners()])
        flush()
      },
      stored(number) {
        outbox.confirm(number)
        // The next connection tells which sessions still run.
        if (outbox.takeLostEnds()) connection?.drop()
        if (stopping && outbox.stats().waitingBytes === 0) settled.resolve()
      },
      drained: flush,
      closed() {
        connection = null
        if (stopping) return settled.resolve()
        retry = setTimeout(open, pauseMs)
        pauseMs = Math.min(pauseMs * 2, longestPauseMs)
      },
    })
  }
  open()

  return {
    soon,
    isLive: () => connection?.isLive() ?? false,
    announce(session: CopiedSession) {
      if (connection?.isLive() === true) connection.announce([session])
      soon()
    },
    async stop(withinMs: number) {
      stopping = true
      if (retry !== null) clearTimeout(retry)
      if (connection?.isLive() !== true || outbox.stats().waitingBytes === 0) settled.resolve()
      flush()
      const late = setTimeout(() => settled.resolve(), withinMs)
      await settled.promise
      clearTimeout(late)
      if (due !== null) clearTimeout(due)
      connection?.drop()
    },
  }
}
