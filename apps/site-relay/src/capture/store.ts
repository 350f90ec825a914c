import { join } from 'node:path'
import type { Logger } from 'pino'
import type { Clock } from './clock.ts'
import { segmentBytes } from './retention.ts'
import { openSegmentFolder, whyOf, type SegmentFolder } from './segment-folder.ts'
import { createSegmentReader, type SegmentReader } from './segment-reader.ts'
import { createSegmentWriter } from './segment-writer.ts'
import type { Batch, Progress } from './segment.ts'
import { openSessionList, type SessionList } from './session-list.ts'

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
  readonly sessions: Pick<SessionList, 'running' | 'list' | 'get'>
  readonly messages: Pick<SegmentReader, 'page' | 'message'>
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
  const list = openSessionList(join(options.dir, 'sessions.db'), log)
  const reader = createSegmentReader(folder)
  const writer = createSegmentWriter({
    folder,
    clock,
    segmentBytes: segmentBytes(options.maxBytes),
    onSeal(name) {
      reader.forget(name)
      list.save()
    },
  })
  const keeper = createKeeper(options.maxBytes, { folder, list, reader })
  let { lastSeq, droppedEver } = writer.found
  let failing = false
  list.add(writer.found.sessions)

  const append = (batch: Batch): boolean => {
    try {
      writer.append(batch, droppedEver)
      failing = false
    } catch (error) {
      if (!failing) log.error(`the capture cannot be written: ${whyOf(error)}; what comes is dropped and counted`)
      failing = true
    }
    return !failing
  }

  return {
    write(batch) {
      droppedEver += batch.dropped
      if (append(batch)) {
        lastSeq = batch.entries.at(-1)?.message.seq ?? lastSeq
        keeper.keep(batch.sessions.length)
      } else droppedEver += batch.entries.length
      list.add(batch.sessions)
    },
    lastSeq: () => lastSeq,
    progress: () => writer.found.progress,
    sessions: list,
    messages: reader,
    size: () => ({
      messages: Math.max(0, lastSeq - (reader.oldest()?.firstSeq ?? lastSeq + 1) + 1),
      dropped: droppedEver,
      sizeBytes: folder.bytes() + list.bytes(),
      damagedFiles: folder.damagedCount(),
    }),
    close() {
      reader.close()
      try {
        writer.close()
        list.close()
      } catch (error) {
        log.error(`the capture was not closed in order: ${whyOf(error)}`)
      }
    },
  }
}

const sessionsBetweenPrunes = 5000

/** Holds the store to its size: the oldest file goes first, and with it the sessions that have no message left. */
function createKeeper(maxBytes: number, parts: { folder: SegmentFolder; list: SessionList; reader: SegmentReader }) {
  const { folder, list, reader } = parts
  let unpruned = 0
  return {
    keep(sessions: number) {
      unpruned += sessions
      const gone = folder.retain(Math.max(0, maxBytes - list.bytes()))
      for (const { name } of gone) reader.forget(name)
      if (gone.length === 0 && unpruned < sessionsBetweenPrunes) return
      unpruned = 0
      list.prune(reader.oldest()?.firstAt ?? 0)
    },
  }
}
