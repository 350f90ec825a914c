import { connect } from 'node:net'
import { CopyError, copyVersion, createCopyDecoder, encodeCopy, type CopyRecord } from '../capture/copy-record.ts'
import type { CopiedSession, Waiting } from './outbox.ts'

export interface ConnectionEvents {
  /** The capture process said what it has stored: sending may begin. */
  readonly live: () => void
  readonly stored: (number: number) => void
  readonly drained: () => void
  readonly closed: () => void
}

/** One connection to the capture process. */
export interface CaptureConnection {
  isLive(): boolean
  /** Has these sessions announced before anything else is sent. */
  announce(sessions: Iterable<CopiedSession>): void
  /** Sends about `maxBytes` of what waits. `blocked`: there will be a `drained`. */
  send(next: () => Waiting | undefined, maxBytes: number): 'all' | 'more' | 'blocked'
  drop(): void
}

export function connectCopies(where: { path: string; proxy: string }, events: ConnectionEvents): CaptureConnection {
  const socket = connect(where.path)
  const decoder = createCopyDecoder()
  const unannounced = new Set<CopiedSession>()
  let live = false
  let saidAnnounced = false

  socket.on('connect', () => socket.write(encodeCopy({ kind: 'hello', version: copyVersion, proxy: where.proxy })))
  socket.on('data', chunk => {
    const number = lastStored(decoder, chunk)
    if (number === null) return void socket.destroy()
    events.stored(number)
    if (live) return
    live = true
    events.live()
  })
  socket.on('drain', events.drained)
  socket.on('error', () => undefined)
  socket.on('close', () => {
    live = false
    events.closed()
  })

  const take = (next: () => Waiting | undefined): CopyRecord | undefined => {
    const [session] = unannounced
    if (session !== undefined) {
      unannounced.delete(session)
      return { kind: 'session', handle: session.handle, session: session.session }
    }
    if (saidAnnounced) return next()?.record
    saidAnnounced = true
    return { kind: 'announced' }
  }

  return {
    isLive: () => live,
    announce(sessions) {
      for (const session of sessions) unannounced.add(session)
    },
    send(next, maxBytes) {
      if (!live || socket.writableNeedDrain) return 'blocked'
      const parts: Buffer[] = []
      let size = 0
      while (size < maxBytes) {
        const record = take(next)
        if (record === undefined) break
        const part = encodeCopy(record)
        parts.push(part)
        size += part.length
      }
      if (size > 0) socket.write(Buffer.concat(parts, size))
      if (size < maxBytes) return 'all'
      return socket.writableNeedDrain ? 'blocked' : 'more'
    },
    drop: () => void socket.destroy(),
  }
}

/** The highest number in what the capture process sent; null when it sent something else. */
function lastStored(decoder: ReturnType<typeof createCopyDecoder>, chunk: Uint8Array): number | null {
  try {
    const records = decoder.push(chunk)
    const numbers = records.flatMap(record => (record.kind === 'stored' ? [record.number] : []))
    return numbers.length === records.length ? Math.max(0, ...numbers) : null
  } catch (error) {
    if (error instanceof CopyError) return null
    throw error
  }
}
