import { join } from 'node:path'
import type { StratumSession } from '@headframe/protocol'
import type { Logger } from 'pino'
import type { Clock } from './clock.ts'
import type { Entry } from './entry.ts'
import { segmentBytes } from './retention.ts'
import { isCorrupt, openSegmentFolder, setFileAside, whyOf } from './segment-folder.ts'
import { createSegmentReader } from './segment-reader.ts'
import { createSegmentWriter } from './segment-writer.ts'
import type { Batch, PageQuery, Progress } from './segment.ts'
import { openSessionIndex, type OwnedSession, type SessionIndex } from './session-index.ts'

export interface StoreOptions {
  readonly dir: string
  readonly maxBytes: number
}

export interface StoreDeps {
  readonly clock: Clock
  readonly log: Logger
}

/** Everything captured, on disk. */
export interface CaptureStore {
  /** Never throws for want of disk: what cannot be written is dropped and counted [P2]. */
  write(batch: Batch): void
  /** The seq of the last message that was ever captured. */
  lastSeq(): number
  /** Up to where each proxy was stored when the store was opened. */
  progress(): Progress
  running(): OwnedSession[]
  sessions(limit: number): StratumSession[]
  session(id: string): StratumSession | null
  page(query: PageQuery): Entry[]
  message(seq: number): Entry | null
  size(): StoreSize
  close(): void
}

interface StoreSize {
  readonly messages: number
  readonly dropped: number
  readonly sizeBytes: number
  readonly damagedFiles: number
}

export function openCaptureStore(options: StoreOptions, deps: StoreDeps): CaptureStore {
  const { clock, log } = deps
  const folder = openSegmentFolder(options.dir, log)
  const withIndex = keepIndex(join(options.dir, 'sessions.db'), log)
  const reader = createSegmentReader(folder)
  const writer = createSegmentWriter({
    folder,
    clock,
    segmentBytes: segmentBytes(options.maxBytes),
    onSeal(name) {
      reader.forget(name)
      unindexed.write()
    },
  })
  const unindexed = createUnindexed(withIndex)
  const keeper = createKeeper(options.maxBytes, { folder, withIndex, reader })
  const { found } = writer
  let { lastSeq, droppedEver: dropped } = found
  let failing = false
  unindexed.add(found.sessions)

  return {
    write(batch) {
      dropped += batch.dropped
      let isWritten = false
      try {
        writer.append(batch, dropped)
        isWritten = true
        lastSeq = batch.entries.at(-1)?.message.seq ?? lastSeq
        unindexed.add(batch.sessions)
        keeper.keep(batch.sessions.length)
        failing = false
      } catch (error) {
        if (!isWritten) dropped += batch.entries.length
        if (!failing) log.error(`the capture cannot be written: ${whyOf(error)}; what comes is dropped and counted`)
        failing = true
      }
    },
    lastSeq: () => lastSeq,
    progress: () => found.progress,
    running: () => unindexed.read(index => index.running()),
    sessions: limit => unindexed.read(index => index.list(limit)),
    session: id => unindexed.read(index => index.get(id)),
    page: query => reader.page(query),
    message: seq => reader.message(seq),
    size: () => ({
      messages: Math.max(0, lastSeq - (reader.oldest()?.firstSeq ?? lastSeq + 1) + 1),
      dropped,
      sizeBytes: folder.bytes() + withIndex(index => index.bytes()),
      damagedFiles: folder.damagedCount(),
    }),
    close() {
      reader.close()
      writer.close()
      unindexed.read(index => index.close())
    },
  }
}

/** Sessions that are not in their list yet: each write to it would cost as much as the messages themselves. */
function createUnindexed(withIndex: WithIndex) {
  const waiting = new Map<string, OwnedSession>()
  const write = () => {
    if (waiting.size === 0) return
    withIndex(index => index.write([...waiting.values()]))
    waiting.clear()
  }
  return {
    write,
    add(sessions: readonly OwnedSession[]) {
      for (const owned of sessions) waiting.set(owned.session.id, owned)
      if (waiting.size >= mostUnindexed) write()
    },
    read<T>(use: (index: SessionIndex) => T): T {
      write()
      return withIndex(use)
    },
  }
}

const mostUnindexed = 5000
/** Sessions that ended and are still listed, at most. */
const mostEndedSessions = 50_000
const sessionsBetweenPrunes = 5000

/** Holds the store to its size: the oldest file goes first, and with it the sessions that have no message left. */
function createKeeper(
  maxBytes: number,
  parts: {
    folder: ReturnType<typeof openSegmentFolder>
    withIndex: WithIndex
    reader: ReturnType<typeof createSegmentReader>
  },
) {
  const { folder, withIndex, reader } = parts
  let unpruned = 0
  return {
    keep(sessions: number) {
      unpruned += sessions
      const gone = folder.retain(Math.max(0, maxBytes - withIndex(index => index.bytes())))
      for (const { name } of gone) reader.forget(name)
      if (gone.length === 0 && unpruned < sessionsBetweenPrunes) return
      unpruned = 0
      const endedBefore = reader.oldest()?.firstAt ?? 0
      withIndex(index => index.prune(endedBefore, mostEndedSessions))
    },
  }
}

type WithIndex = <T>(use: (index: SessionIndex) => T) => T

/** The list of sessions begins anew when its file is damaged; the messages are not in it. */
function keepIndex(path: string, log: Logger): WithIndex {
  let index: SessionIndex | null = null
  return use => {
    try {
      index ??= openSessionIndex(path)
      return use(index)
    } catch (error) {
      if (!isCorrupt(error)) throw error
      index?.close()
      setFileAside(path, error, log)
      index = openSessionIndex(path)
      return use(index)
    }
  }
}
