import type { DatabaseSync } from 'node:sqlite'
import { capturedMessage, stratumSession } from '@headframe/protocol'
import { z } from 'zod'
import { shareVerdict, type Entry } from './entry.ts'
import type { OwnedSession } from './session-index.ts'

export const segmentSchema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA wal_autocheckpoint = 256;
  CREATE TABLE IF NOT EXISTS session (ref INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, proxy TEXT, body TEXT);
  CREATE TABLE IF NOT EXISTS message (
    seq INTEGER PRIMARY KEY, session INTEGER NOT NULL, direction TEXT NOT NULL, sizeBytes INTEGER NOT NULL,
    receivedAt REAL NOT NULL, receivedUs REAL NOT NULL, forwardedUs REAL, latencyUs REAL,
    kind TEXT NOT NULL, method TEXT, summary TEXT NOT NULL, parseError TEXT, verdict TEXT, raw BLOB NOT NULL
  );
  CREATE INDEX IF NOT EXISTS message_of_session ON message (session, seq);
  CREATE TABLE IF NOT EXISTS progress (proxy TEXT PRIMARY KEY, number INTEGER NOT NULL);
  CREATE TABLE IF NOT EXISTS dropped (id INTEGER PRIMARY KEY CHECK (id = 1), dropped INTEGER NOT NULL);
`

export const sizeQuery =
  'SELECT (SELECT page_count FROM pragma_page_count()) * (SELECT page_size FROM pragma_page_size()) AS bytes'

export function prepareSegment(db: DatabaseSync) {
  const select = `SELECT m.*, s.id AS sessionId FROM message m JOIN session s ON s.ref = m.session`
  return {
    insert: db.prepare('INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    addSession: db.prepare('INSERT INTO session (id) VALUES (?) ON CONFLICT DO NOTHING'),
    refOf: db.prepare('SELECT ref FROM session WHERE id = ?'),
    putSession: db.prepare(
      'INSERT INTO session (id, proxy, body) VALUES (?, ?, ?) ON CONFLICT (id) DO UPDATE SET proxy = excluded.proxy, body = excluded.body',
    ),
    putProgress: db.prepare('INSERT OR REPLACE INTO progress VALUES (?, ?)'),
    putDropped: db.prepare('INSERT OR REPLACE INTO dropped VALUES (1, ?)'),
    page: db.prepare(`${select} WHERE m.seq < ? ORDER BY m.seq DESC LIMIT ?`),
    pageOf: db.prepare(
      `${select} WHERE m.session = (SELECT ref FROM session WHERE id = ?) AND m.seq < ? ORDER BY m.seq DESC LIMIT ?`,
    ),
    message: db.prepare(`${select} WHERE m.seq = ?`),
    sessions: db.prepare('SELECT proxy, body FROM session WHERE body IS NOT NULL'),
    range: db.prepare(
      'SELECT min(seq) AS firstSeq, max(seq) AS lastSeq, (SELECT receivedAt FROM message ORDER BY seq LIMIT 1) AS firstAt FROM message',
    ),
    progress: db.prepare('SELECT proxy, number FROM progress'),
    dropped: db.prepare('SELECT dropped FROM dropped'),
    size: db.prepare(sizeQuery),
  }
}

/** Null for a row that is not what we wrote. */
export function entryOf(row: unknown): Entry | null {
  const read = messageRow.safeParse(row)
  if (!read.success) return null
  const { raw, verdict, sessionId, ...message } = read.data
  const check = verdict === null ? null : (shareVerdict.safeParse(jsonOf(verdict)).data ?? null)
  return { message: { ...message, session: sessionId }, raw, check }
}

/** Null for a row that is not what we wrote. */
export function ownedOf(row: unknown): OwnedSession | null {
  const read = ownedRow.safeParse(row)
  if (!read.success) return null
  const session = stratumSession.safeParse(jsonOf(read.data.body))
  return session.success ? { proxy: read.data.proxy, session: session.data } : null
}

export function progressOf(rows: readonly unknown[]): Map<string, number> {
  return new Map(
    z
      .array(progressRow)
      .parse(rows)
      .map(row => [row.proxy, row.number]),
  )
}

export const rangeOf = (row: unknown) => rangeRow.parse(row)
export const sizeOf = (row: unknown) => sizeRow.parse(row).bytes
export const droppedOf = (row: unknown) => droppedRow.parse(row ?? { dropped: 0 }).dropped

const number = z.number().nullable()
const rangeRow = z.object({ firstAt: number, firstSeq: number, lastSeq: number })
const progressRow = z.object({ proxy: z.string(), number: z.number() })
const sizeRow = z.object({ bytes: z.number() })
const droppedRow = z.object({ dropped: z.number() })
const ownedRow = z.object({ proxy: z.string(), body: z.string() })
const messageRow = capturedMessage.omit({ session: true }).extend({
  sessionId: capturedMessage.shape.session,
  verdict: z.string().nullable(),
  raw: z.instanceof(Uint8Array),
})

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
