import { DatabaseSync } from 'node:sqlite'
import { capturedMessage, direction } from '@headframe/protocol'
import { z } from 'zod'
import { shareVerdict, type Entry } from './entry.ts'

/** One file of captured messages. It needs no other file to be read. */
export interface Segment {
  /** In one transaction: the messages, and up to where each proxy's copies are stored. */
  append(entries: readonly Entry[], progress: ReadonlyMap<string, number>): void
  /** Newest first, of one session or of all. */
  page(query: PageQuery): Entry[]
  message(seq: number): Entry | null
  /** Its first and last message. */
  range(): { readonly firstAt: number | null; readonly firstSeq: number | null; readonly lastSeq: number | null }
  progress(): Map<string, number>
  /** What its file holds; the write-ahead log comes on top. */
  bytes(): number
  /** Brings everything into the one file and closes it. */
  close(): void
  /** Closes it as it is. */
  abandon(): void
}

export interface PageQuery {
  readonly session: string | null
  /** Exclusive. */
  readonly before: number
  readonly limit: number
}

export function openSegment(path: string, mode: 'write' | 'read'): Segment {
  const db = new DatabaseSync(path, { readOnly: mode === 'read' })
  db.exec('PRAGMA busy_timeout = 1000')
  if (mode === 'write') db.exec(schema)
  const statements = prepare(db)
  const refs = new Map<string, number>()

  const refOf = (session: string): number => {
    const known = refs.get(session)
    if (known !== undefined) return known
    db.prepare('INSERT INTO session (id) VALUES (?) ON CONFLICT DO NOTHING').run(session)
    const { ref } = refRow.parse(db.prepare('SELECT ref FROM session WHERE id = ?').get(session))
    if (refs.size > mostRefs) refs.clear()
    refs.set(session, ref)
    return ref
  }
  const insert = ({ message: m, raw, check }: Entry) => {
    const times = [m.receivedAt, m.receivedUs, m.forwardedUs, m.latencyUs]
    const said = [m.kind, m.method, m.summary, m.parseError, check === null ? null : JSON.stringify(check)]
    statements.insert.run(m.seq, refOf(m.session), m.direction, m.sizeBytes, ...times, ...said, raw)
  }

  return {
    append(entries, progress) {
      db.exec('BEGIN IMMEDIATE')
      try {
        for (const entry of entries) insert(entry)
        for (const [proxy, number] of progress) statements.setProgress.run(proxy, number)
        db.exec('COMMIT')
      } catch (error) {
        refs.clear()
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
    range: () => rangeRow.parse(statements.range.get()),
    progress() {
      const rows = z.array(progressRow).parse(statements.progress.all())
      return new Map(rows.map(row => [row.proxy, row.number]))
    },
    bytes: () => sizeRow.parse(statements.size.get()).bytes,
    close() {
      if (mode === 'write') db.exec('PRAGMA wal_checkpoint(TRUNCATE); PRAGMA journal_mode = DELETE')
      db.close()
    },
    abandon: () => db.close(),
  }
}

/** Sessions whose row number is remembered. */
const mostRefs = 20_000

const schema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  PRAGMA wal_autocheckpoint = 256;
  CREATE TABLE IF NOT EXISTS session (ref INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE);
  CREATE TABLE IF NOT EXISTS message (
    seq INTEGER PRIMARY KEY, session INTEGER NOT NULL, direction TEXT NOT NULL, sizeBytes INTEGER NOT NULL,
    receivedAt REAL NOT NULL, receivedUs REAL NOT NULL, forwardedUs REAL, latencyUs REAL,
    kind TEXT NOT NULL, method TEXT, summary TEXT NOT NULL, parseError TEXT, verdict TEXT, raw BLOB NOT NULL
  );
  CREATE INDEX IF NOT EXISTS message_of_session ON message (session, seq);
  CREATE TABLE IF NOT EXISTS progress (proxy TEXT PRIMARY KEY, number INTEGER NOT NULL);
`

function prepare(db: DatabaseSync) {
  const select = `SELECT m.*, s.id AS sessionId FROM message m JOIN session s ON s.ref = m.session`
  return {
    insert: db.prepare('INSERT INTO message VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)'),
    setProgress: db.prepare('INSERT OR REPLACE INTO progress VALUES (?, ?)'),
    page: db.prepare(`${select} WHERE m.seq < ? ORDER BY m.seq DESC LIMIT ?`),
    pageOf: db.prepare(
      `${select} WHERE m.session = (SELECT ref FROM session WHERE id = ?) AND m.seq < ? ORDER BY m.seq DESC LIMIT ?`,
    ),
    message: db.prepare(`${select} WHERE m.seq = ?`),
    range: db.prepare(
      'SELECT min(seq) AS firstSeq, max(seq) AS lastSeq, (SELECT receivedAt FROM message ORDER BY seq LIMIT 1) AS firstAt FROM message',
    ),
    progress: db.prepare('SELECT proxy, number FROM progress'),
    size: db.prepare(
      'SELECT (SELECT page_count FROM pragma_page_count()) * (SELECT page_size FROM pragma_page_size()) AS bytes',
    ),
  }
}

const number = z.number().nullable()
const rangeRow = z.object({ firstAt: number, firstSeq: number, lastSeq: number })
const refRow = z.object({ ref: z.number() })
const progressRow = z.object({ proxy: z.string(), number: z.number() })
const sizeRow = z.object({ bytes: z.number() })
const messageRow = capturedMessage.omit({ session: true }).extend({
  sessionId: capturedMessage.shape.session,
  direction,
  verdict: z.string().nullable(),
  raw: z.instanceof(Uint8Array),
})

/** Null for a row that is not what we wrote. */
function entryOf(row: unknown): Entry | null {
  const read = messageRow.safeParse(row)
  if (!read.success) return null
  const { raw, verdict, sessionId, ...message } = read.data
  const check = verdict === null ? null : (shareVerdict.safeParse(JSON.parse(verdict)).data ?? null)
  return { message: { ...message, session: sessionId }, raw, check }
}
