import type { SQLInputValue, SQLOutputValue, StatementSync } from 'node:sqlite'
import { Disk, type DiskFaults } from '../world/disk.ts'

/** What SQLite gives, as far as we keep it. */
type Cell = string | number | ArrayBuffer | null
export type Row = Record<string, Cell>

/** `SqlStorage` of a Durable Object (developers.cloudflare.com/durable-objects/api/sqlite-storage-api), as far as actors use it. */
export interface ActorDisk {
  readonly exec: (query: string, ...values: unknown[]) => Cursor
  readonly begin: () => void
  /** As one: what a turn of an actor wrote is on disk, or none of it. */
  readonly commit: () => void
  readonly rollback: () => void
  /** Part of a turn that is undone when it throws. */
  readonly transaction: <T>(run: () => T) => T
  readonly image: () => Uint8Array
  /** The one alarm of an actor is kept in its database, and goes with its transactions (workerd keeps it so). */
  readonly alarm: () => number | null
  readonly setAlarm: (at: number | null) => void
  readonly rowsWritten: () => number
}

interface Cursor extends Iterable<Row> {
  readonly toArray: () => Row[]
  readonly one: () => Row
  readonly rowsWritten: number
}

export function openActorDisk(image: Uint8Array | null, faults: DiskFaults): ActorDisk {
  const db = new Disk(image, faults)
  db.exec(alarmTable)
  const statements = new Map<string, StatementSync>()
  let written = 0
  const statementOf = (query: string) => {
    const statement = statements.get(query) ?? db.prepare(query)
    statements.set(query, statement)
    return statement
  }
  return {
    exec: (query, ...values) => {
      const bound = values.map(bindable)
      if (isRead(query))
        return cursorOf(
          statementOf(query)
            .all(...bound)
            .map(rowOf),
          0,
        )
      const changes = Number(statementOf(query).run(...bound).changes)
      written += changes
      return cursorOf([], changes)
    },
    begin: () => db.exec('BEGIN'),
    commit: () => db.exec('COMMIT'),
    rollback: () => db.undo(),
    transaction: run => {
      db.exec('SAVEPOINT part')
      try {
        const result = run()
        db.exec('RELEASE part')
        return result
      } catch (error) {
        db.exec('ROLLBACK TO part; RELEASE part')
        throw error
      }
    },
    image: () => db.serialize(),
    alarm: () => {
      const at = statementOf('SELECT at FROM _alarm').get()?.['at']
      return typeof at === 'number' ? at : null
    },
    setAlarm: at => {
      if (at === null) statementOf('DELETE FROM _alarm').run()
      else statementOf('INSERT OR REPLACE INTO _alarm (only, at) VALUES (1, ?)').run(at)
    },
    rowsWritten: () => written,
  }
}

/** Begins with what is no write: it is there before anything of the actor is. */
const alarmTable =
  ' PRAGMA user_version; CREATE TABLE IF NOT EXISTS _alarm (only INTEGER PRIMARY KEY, at INTEGER NOT NULL)'

const isRead = (query: string) => /^\s*(SELECT|WITH|PRAGMA)/i.test(query) || /\bRETURNING\b/i.test(query)

function cursorOf(rows: Row[], rowsWritten: number): Cursor {
  return {
    toArray: () => rows,
    one: () => {
      const [row] = rows
      if (!row || rows.length > 1) throw new Error(`expected one row, got ${rows.length}`)
      return row
    },
    rowsWritten,
    [Symbol.iterator]: () => rows[Symbol.iterator](),
  }
}

function bindable(value: unknown): SQLInputValue {
  if (value instanceof ArrayBuffer) return new Uint8Array(value)
  if (value === null || typeof value === 'number' || typeof value === 'string') return value
  throw new Error(`SqlStorage does not take ${typeof value}`)
}

const rowOf = (row: Record<string, SQLOutputValue>): Row =>
  Object.fromEntries(Object.entries(row).map(([name, value]) => [name, cellOf(value)]))

function cellOf(value: SQLOutputValue): Cell {
  if (value instanceof Uint8Array) return bufferOf(value)
  return typeof value === 'bigint' ? Number(value) : value
}

/** A column that holds text. */
export function textIn(row: Row | undefined, column: string): string {
  const value = row?.[column]
  if (typeof value !== 'string') throw new Error(`no text in ${column}`)
  return value
}

const bufferOf = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer
