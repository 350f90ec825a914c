import { join } from 'node:path'
import type { StratumSession } from '@headframe/protocol'
import type { Logger } from 'pino'
import type { Clock } from './clock.ts'
import type { Entry } from './entry.ts'
import { segmentBytes } from './retention.ts'
import { isCorrupt, openSegmentFolder, setFileAside, whyOf } from './segment-folder.ts'
import { createSegmentReader } from './segment-reader.ts'
import { createSegmentWriter, type Progress } from './segment-writer.ts'
import type { PageQuery } from './segment.ts'
import { openSessionIndex, type OwnedSession, type SessionIndex } from './session-index.ts'

export interface StoreOptions {
  readonly dir: string
  readonly maxBytes: number
}

export interface StoreDeps {
  readonly clock: Clock
  readonly log: Logger
}

export interface Batch {
  readonly entries: readonly Entry[]
  readonly sessions: readonly OwnedSession[]
  readonly progress: Progress
  /** Reads that were never captured. */
  readonly dropped: number
}

/** Everything captured, on disk. */
export interface CaptureStore {
  /** Never throws for want of disk: what cannot be written is dropped and counted [P2]. */
  write(batch: Batch): void
  /** The seq of the last message that was ever captured. */
  lastSeq(): number
  progress(): Progress
  running(): OwnedSession[]
  sessions(limit: number): StratumSession[]
  session(id: string): StratumSession | null
  page(query: PageQuery): Entry[]
  message(seq: number): Entry | null
  size(): StoreSize
  close(): void
}

export interface StoreSize {
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
    onSeal: name => reader.forget(name),
  })
  const keeper = createKeeper(options.maxBytes, { folder, withIndex, reader })
  const counts = withIndex(index => index.counts())
  let { dropped } = counts
  let lastSeq = Math.max(counts.lastSeq, writer.lastSeq(), (folder.newestFirst()[0]?.firstSeq ?? 1) - 1)
  let failing = false

  return {
    write(batch) {
      lastSeq = batch.entries.at(-1)?.message.seq ?? lastSeq
      dropped += batch.dropped
      try {
        writer.append(batch.entries, batch.progress)
        withIndex(index => index.write(batch.sessions, { lastSeq, dropped }))
        keeper.keep(batch.sessions.length)
        failing = false
      } catch (error) {
        dropped += batch.entries.length
        if (!failing) log.error(`captured messages cannot be written: ${whyOf(error)}; they are dropped and counted`)
        failing = true
      }
    },
    lastSeq: () => lastSeq,
    progress: () => writer.progress(),
    running: () => withIndex(index => index.running()),
    sessions: limit => withIndex(index => index.list(limit)),
    session: id => withIndex(index => index.get(id)),
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
      withIndex(index => index.close())
    },
  }
}

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
