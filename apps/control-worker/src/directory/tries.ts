import { and, eq, lt, ne } from 'drizzle-orm'
import type { DrizzleSqliteDODatabase } from 'drizzle-orm/durable-sqlite'
import { countedIn, inTotal, perName, type Attempts } from './attempts.ts'
import { attempt } from './schema.ts'

const total = 'all'

export interface Trying {
  readonly key: string
  /** Anybody could try this, and each try hashes: it counts for the limit of all together too. */
  readonly open: boolean
}
const keptMs = 60 * 60_000

/**
 * Counts a try before it is made, so that many at once count too.
 * @returns seconds to wait, 0 when it may be made
 */
export function countTry(db: DrizzleSqliteDODatabase, { key, open }: Trying, now: number): number {
  const name = read(db, key)
  const all = open ? read(db, total) : null
  const waitMs = Math.max(name === null ? 0 : perName(name, now), all === null ? 0 : inTotal(all, now))
  if (waitMs > 0) return Math.ceil(waitMs / 1000)
  write(db, key, countedIn(name, now, 'name'))
  if (open) write(db, total, countedIn(all, now, 'total'))
  db.delete(attempt)
    .where(and(lt(attempt.at, now - keptMs), ne(attempt.key, total)))
    .run()
  return 0
}

/** A try that succeeded forgives the ones before it. */
export function forgiveTries(db: DrizzleSqliteDODatabase, key: string): void {
  db.delete(attempt).where(eq(attempt.key, key)).run()
}

function read(db: DrizzleSqliteDODatabase, key: string): Attempts | null {
  return db.select({ count: attempt.count, at: attempt.at }).from(attempt).where(eq(attempt.key, key)).get() ?? null
}

function write(db: DrizzleSqliteDODatabase, key: string, attempts: Attempts): void {
  db.insert(attempt)
    .values({ key, ...attempts })
    .onConflictDoUpdate({ target: attempt.key, set: attempts })
    .run()
}
