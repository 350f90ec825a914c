import { once } from 'node:events'
import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { syncToDisk } from './sync-to-disk.ts'
import { dirname, join } from 'node:path'
import { backup, type DatabaseSync } from 'node:sqlite'
import { Worker } from 'node:worker_threads'
import { openStore } from './open.ts'
import { StoreError } from './store-error.ts'

/** Copies of a database beside it: the newest, and the one before, in case the newest was made of a damaged one. */
const copiesOf = (path: string) => [`${path}.backup`, `${path}.backup.before`]

/** SQLite keeps these beside a database (sqlite.org/tempfiles.html); they belong to it and go where it goes. */
const partsOf = (path: string) => [path, `${path}-wal`, `${path}-shm`]

/** Makes a fresh copy of a database that is in use. It appears whole, or not at all: then it throws, and those of before stay. */
export async function makeBackup(db: DatabaseSync, path: string): Promise<void> {
  const [newest = '', before = ''] = copiesOf(path)
  const draft = `${path}.backup.new`
  try {
    await backup(db, draft, { rate: pagesAtOnce })
    await checkWhole(draft)
    if (existsSync(newest)) renameSync(newest, before)
    renameSync(draft, newest)
  } finally {
    for (const part of partsOf(draft)) rmSync(part, { force: true, recursive: true })
  }
}

/** 4 KB each: a step of some milliseconds, between polls. */
const pagesAtOnce = 256

/** A damaged database has damaged copies, which must not take the places of whole ones. Rejects with what is wrong. */
async function checkWhole(draft: string): Promise<void> {
  const check = new Worker(new URL('./check-copy.ts', import.meta.url), { workerData: draft })
  await once(check, 'exit')
}

export interface Restored {
  /** When the copy was made that is in use now, epoch ms. What was written after it is lost. */
  readonly madeAt: number
  /** Where the damaged database is now; `null` where there was none. */
  readonly damaged: string | null
}

/**
 * Opens a database; one that is damaged is put aside, and its newest whole copy takes its place. So it does where there
 * is none: a loss of power can have come between the two.
 * @throws {StoreError} as `openStore` does; `corrupt` when there is no whole copy either
 */
export function openOrRestore(path: string): { readonly db: DatabaseSync; readonly restored: Restored | null } {
  const found = isMissing(path) ? restore(path) : null
  try {
    return { db: openStore(path), restored: found }
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'corrupt') throw error
    const restored = restore(path)
    if (restored === null) throw error
    return { db: openStore(path), restored }
  }
}

const isMissing = (path: string) => !existsSync(path) || statSync(path).size === 0

function restore(path: string): Restored | null {
  const copy = copiesOf(path).find(isWhole)
  if (copy === undefined) return null
  const madeAt = Math.round(statSync(copy).mtimeMs)
  const draft = `${path}.restoring`
  copyFileSync(copy, draft)
  syncToDisk(draft)
  const damaged = putAside(path)
  renameSync(draft, path)
  syncToDisk(dirname(path))
  return { madeAt, damaged }
}

function isWhole(copy: string): boolean {
  if (!existsSync(copy)) return false
  try {
    openStore(copy).close()
    return true
  } catch {
    // This one is damaged too, or of a newer release: the one before may be better.
    return false
  }
}

/**
 * One damaged database is kept for whoever wants to know why; the one of before goes. Without a database its parts go
 * where it went: they would be taken for parts of the copy.
 */
function putAside(path: string): string | null {
  const folder = join(dirname(path), 'damaged')
  if (!isMissing(path)) rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const moved = (part: string) => join(folder, `site.db${part.slice(path.length)}`)
  if (isMissing(path)) rmSync(path, { force: true })
  for (const part of partsOf(path)) if (existsSync(part)) renameSync(part, moved(part))
  return existsSync(moved(path)) ? moved(path) : null
}
