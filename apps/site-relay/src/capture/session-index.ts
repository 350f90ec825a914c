import { DatabaseSync } from 'node:sqlite'
import type { StratumSession } from '@headframe/protocol'
import { ownedOf, sizeOf, sizeQuery } from './segment-rows.ts'

/** A session with the run of the proxy that it belongs to. */
export interface OwnedSession {
  readonly proxy: string
  readonly session: StratumSession
}

/** The file of all sessions. What is newer than it is in the newest file of messages. */
export interface SessionIndex {
  write(sessions: readonly OwnedSession[]): void
  /** Those that have not ended. */
  running(): OwnedSession[]
  /** Running ones first, then the latest. */
  list(limit: number): StratumSession[]
  get(id: string): StratumSession | null
  /** Forgets sessions that ended before `endedBefore`, and all but the latest `keep` that ended. */
  prune(endedBefore: number, keep: number): void
  bytes(): number
  close(): void
}

export function openSessionIndex(path: string): SessionIndex {
  const db = new DatabaseSync(path)
  db.exec(schema)
  const statements = prepare(db)
  const owned = (rows: readonly unknown[]) => rows.flatMap(row => ownedOf(row) ?? [])

  return {
    write(sessions) {
      db.exec('BEGIN IMMEDIATE')
      try {
        for (const { proxy, session } of sessions) {
          statements.put.run(session.id, proxy, session.startedAt, session.endedAt, JSON.stringify(session))
        }
        db.exec('COMMIT')
      } catch (error) {
        if (db.isTransaction) db.exec('ROLLBACK')
        throw error
      }
    },
    running: () => owned(statements.running.all()),
    list: limit => owned(statements.list.all(limit)).map(each => each.session),
    get: id => ownedOf(statements.get.get(id))?.session ?? null,
    prune(endedBefore, keep) {
      statements.pruneOld.run(endedBefore)
      statements.pruneMany.run(keep)
    },
    bytes: () => sizeOf(statements.size.get()),
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
`

function prepare(db: DatabaseSync) {
  return {
    put: db.prepare('INSERT OR REPLACE INTO session VALUES (?, ?, ?, ?, ?)'),
    running: db.prepare('SELECT proxy, body FROM session WHERE (endedAt IS NOT NULL) = 0'),
    list: db.prepare('SELECT proxy, body FROM session ORDER BY endedAt IS NOT NULL, startedAt DESC LIMIT ?'),
    get: db.prepare('SELECT proxy, body FROM session WHERE id = ?'),
    pruneOld: db.prepare('DELETE FROM session WHERE endedAt < ?'),
    pruneMany: db.prepare(
      'DELETE FROM session WHERE id IN (SELECT id FROM session WHERE endedAt IS NOT NULL ORDER BY startedAt DESC LIMIT -1 OFFSET ?)',
    ),
    size: db.prepare(sizeQuery),
  }
}
