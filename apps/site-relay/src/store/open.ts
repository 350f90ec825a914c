import { DatabaseSync } from 'node:sqlite'
import { migrations } from './migrations.ts'
import { StoreError, storeErrorOf } from './store-error.ts'

/**
 * Opens the relay's database and brings it up to date. What was committed survives a loss of power:
 * WAL with `synchronous=FULL` syncs the log at every commit (sqlite.org/pragma.html#pragma_synchronous).
 */
export function openStore(path: string): DatabaseSync {
  try {
    return prepared(new DatabaseSync(path, { timeout: 5000 }), path)
  } catch (error) {
    throw storeErrorOf(error, path)
  }
}

function prepared(db: DatabaseSync, path: string): DatabaseSync {
  try {
    prepareStore(db, path)
    return db
  } catch (error) {
    db.close()
    throw error
  }
}

/** Checks an open database and brings it up to date. */
export function prepareStore(db: DatabaseSync, path: string): void {
  db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
  checkPages(db, path)
  migrate(db, path)
}

/** Runs `write` as one transaction: all of it is on disk afterwards, or none. */
export function transaction<T>(db: DatabaseSync, write: () => T): T {
  db.exec('BEGIN IMMEDIATE')
  try {
    const result = write()
    db.exec('COMMIT')
    return result
  } catch (error) {
    if (db.isTransaction) db.exec('ROLLBACK')
    throw error
  }
}

function checkPages(db: DatabaseSync, path: string): void {
  const found = db.prepare('PRAGMA quick_check(1)').get()?.['quick_check']
  if (found !== 'ok')
    throw new StoreError('corrupt', `${path}: is damaged (${onOneLine(found)}); restore it from a backup`)
}

const onOneLine = (said: unknown) => String(said).replaceAll(/\s+/g, ' ')

function migrate(db: DatabaseSync, path: string): void {
  const version = Number(db.prepare('PRAGMA user_version').get()?.['user_version'] ?? 0)
  if (version > migrations.length) {
    throw new StoreError('newer', `${path}: was written by a newer release (${version}); start that one`)
  }
  for (const [index, sql] of migrations.entries()) {
    if (index < version) continue
    transaction(db, () => db.exec(`${sql}; PRAGMA user_version = ${index + 1}`))
  }
}
