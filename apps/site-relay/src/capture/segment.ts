import { DatabaseSync } from 'node:sqlite'
import type { Entry } from './entry.ts'
import {
  droppedOf,
  entryOf,
  ownedOf,
  prepareSegment,
  progressOf,
  rangeOf,
  segmentSchema,
  sizeOf,
} from './segment-rows.ts'
import type { OwnedSession } from './session-index.ts'

/** What is written at once. */
export interface Batch {
  readonly entries: readonly Entry[]
  /** Sessions that changed, as they now are. */
  readonly sessions: readonly OwnedSession[]
  /** Up to where the copies of each run of the proxy are stored. */
  readonly progress: Progress
  /** Reads that were never captured. */
  readonly dropped: number
}
export type Progress = ReadonlyMap<string, number>

/** One file of captured messages. It needs no other file to be read. */
export interface Segment {
  /** In one transaction: whoever reads it after a crash finds sessions that fit their messages [S1]. */
  append(batch: Batch, droppedEver: number): void
  /** Newest first, of one session or of all. */
  page(query: PageQuery): Entry[]
  message(seq: number): Entry | null
  state(): SegmentState
  /** All sessions that changed while this file was written, as they were last. */
  sessions(): OwnedSession[]
  bytes(): number
  /** Brings everything into the one file and closes it. */
  close(): void
  /** Closes it as it is. */
  abandon(): void
}

interface SegmentState {
  readonly firstAt: number | null
  readonly firstSeq: number | null
  readonly lastSeq: number | null
  readonly progress: Progress
  readonly droppedEver: number
}

export interface PageQuery {
  readonly session: string | null
  /** Exclusive. */
  readonly before: number
  readonly limit: number
}

export function openSegment(path: string, mode: 'write' | 'read'): Segment {
  const { db, statements } = prepared(path, mode)
  const insert = createInsert(statements)

  return {
    append({ entries, sessions, progress }, droppedEver) {
      db.exec('BEGIN IMMEDIATE')
      try {
        for (const { proxy, session } of sessions) statements.putSession.run(session.id, proxy, JSON.stringify(session))
        for (const entry of entries) insert(entry)
        for (const [proxy, number] of progress) statements.putProgress.run(proxy, number)
        statements.putDropped.run(droppedEver)
        db.exec('COMMIT')
      } catch (error) {
        insert.forget()
        if (db.isTransaction) db.exec('ROLLBACK')
        throw error
      }
    },
    page({ session, before, limit }) {
      const rows = session === null ? statements.page.all(before, limit) : statements.pageOf.all(session, before, limit)
      return rows.flatMap(row => entryOf(row) ?? [])
    },
    message(seq) {
      const row = statements.message.get(seq)
      return row === undefined ? null : entryOf(row)
    },
    state: () => ({
      ...rangeOf(statements.range.get()),
      progress: progressOf(statements.progress.all()),
      droppedEver: droppedOf(statements.dropped.get()),
    }),
    sessions: () => statements.sessions.all().flatMap(row => ownedOf(row) ?? []),
    bytes: () => sizeOf(statements.size.get()),
    close() {
      if (mode === 'write') db.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE')
      db.close()
    },
    abandon: () => db.close(),
  }
}

function prepared(path: string, mode: 'write' | 'read') {
  const db = new DatabaseSync(path, { readOnly: mode === 'read' })
  try {
    db.exec('PRAGMA busy_timeout = 1000')
    if (mode === 'write') db.exec(segmentSchema)
    return { db, statements: prepareSegment(db) }
  } catch (error) {
    db.close()
    throw error
  }
}

/** Sessions whose row number is remembered. */
const mostRefs = 20_000

/** Adds a message, and its session where this file has none of it yet. */
function createInsert(statements: ReturnType<typeof prepareSegment>) {
  const refs = new Map<string, number>()
  const refOf = (session: string): number => {
    const known = refs.get(session)
    if (known !== undefined) return known
    statements.addSession.run(session)
    const ref = Number(statements.refOf.get(session)?.['ref'])
    if (refs.size > mostRefs) refs.clear()
    refs.set(session, ref)
    return ref
  }
  const insert = ({ message: m, raw, check }: Entry) => {
    const times = [m.receivedAt, m.receivedUs, m.forwardedUs, m.latencyUs]
    const said = [m.kind, m.method, m.summary, m.parseError, check === null ? null : JSON.stringify(check)]
    statements.insert.run(m.seq, refOf(m.session), m.direction, m.sizeBytes, ...times, ...said, raw)
  }
  return Object.assign(insert, { forget: () => refs.clear() })
}
