import { DatabaseSync } from 'node:sqlite'
import { stratumSession, type StratumSession } from '@headframe/protocol'
import { z } from 'zod'

/** A session with the run of the proxy that it belongs to. */
export interface OwnedSession {
  readonly proxy: string
  readonly session: StratumSession
}

/** What the whole store has counted. */
export interface StoreCounts {
  readonly lastSeq: number
  /** Reads that were never captured, and messages that could not be written. */
  readonly dropped: number
}

/** The file of all sessions. */
export interface SessionIndex {
  write(sessions: readonly OwnedSession[], counts: StoreCounts): void
  /** Those that have not ended. */
  running(): OwnedSession[]
  /** Running ones first, then the latest. */
  list(limit: number): StratumSession[]
  get(id: string): StratumSession | null
  counts(): StoreCounts
  /** Forgets sessions that ended before `endedBefore`, and all but the latest `keep` that ended. */
  prune(endedBefore: number, keep: number): void
  bytes(): number
  close(): void
}

export function openSessionIndex(path: string): SessionIndex {
  const db = new DatabaseSync(path)
  db.exec(schema)
  const statements = prepare(db)
  const bodies = (rows: readonly unknown[]) => rows.flatMap(row => ownedOf(row) ?? [])

  return {
    write(sessions, { lastSeq, dropped }) {
      db.exec('BEGIN IMMEDIATE')
      try {
        for (const { proxy, session } of sessions) {
          statements.put.run(session.id, proxy, session.startedAt, session.endedAt, JSON.stringify(session))
        }
        statements.setCounts.run(lastSeq, dropped)
        db.exec('COMMIT')
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK')
        throw error
      }
    },
    running: () => bodies(statements.running.all()),
    list: limit => bodies(statements.list.all(limit)).map(owned => owned.session),
    get: id => ownedOf(statements.get.get(id))?.session ?? null,
    counts: () => countsRow.parse(statements.counts.get() ?? { lastSeq: 0, dropped: 0 }),
    prune(endedBefore, keep) {
      statements.pruneOld.run(endedBefore)
      statements.pruneMany.run(keep)
    },
    bytes: () => sizeRow.parse(statements.size.get()).bytes,
    close: () => db.close(),
  }
}

const schema = `
  PRAGMA busy_timeout = 1000;
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA wal_autocheckpoint = 256;
  CREATE TABLE IF NOT EXISTS session (
    id TEXT PRIMARY KEY, proxy TEXT NOT NULL, startedAt REAL NOT NULL, endedAt REAL, body TEXT NOT NULL
  ) WITHOUT ROWID;
  CREATE INDEX IF NOT EXISTS session_order ON session (endedAt IS NOT NULL, startedAt DESC);
  CREATE TABLE IF NOT EXISTS counts (id INTEGER PRIMARY KEY CHECK (id = 1), lastSeq INTEGER NOT NULL, dropped INTEGER NOT NULL);
`

function prepare(db: DatabaseSync) {
  return {
    put: db.prepare('INSERT OR REPLACE INTO session VALUES (?, ?, ?, ?, ?)'),
    setCounts: db.prepare('INSERT OR REPLACE INTO counts VALUES (1, ?, ?)'),
    running: db.prepare('SELECT proxy, body FROM session WHERE (endedAt IS NOT NULL) = 0'),
    list: db.prepare('SELECT proxy, body FROM session ORDER BY endedAt IS NOT NULL, startedAt DESC LIMIT ?'),
    get: db.prepare('SELECT proxy, body FROM session WHERE id = ?'),
    counts: db.prepare('SELECT lastSeq, dropped FROM counts'),
    pruneOld: db.prepare('DELETE FROM session WHERE endedAt < ?'),
    pruneMany: db.prepare(
      'DELETE FROM session WHERE id IN (SELECT id FROM session WHERE endedAt IS NOT NULL ORDER BY startedAt DESC LIMIT -1 OFFSET ?)',
    ),
    size: db.prepare(
      'SELECT (SELECT page_count FROM pragma_page_count()) * (SELECT page_size FROM pragma_page_size()) AS bytes',
    ),
  }
}

const sizeRow = z.object({ bytes: z.number() })
const countsRow = z.object({ lastSeq: z.number(), dropped: z.number() })
const ownedRow = z.object({ proxy: z.string(), body: z.string() })

/** Null for a row that is not what we wrote. */
function ownedOf(row: unknown): OwnedSession | null {
  const read = ownedRow.safeParse(row)
  if (!read.success) return null
  const session = stratumSession.safeParse(JSON.parse(read.data.body))
  return session.success ? { proxy: read.data.proxy, session: session.data } : null
}
