import type { PersonId } from '@headframe/protocol'
import { and, eq, gt, lt } from 'drizzle-orm'
import type { DrizzleSqliteDODatabase } from 'drizzle-orm/durable-sqlite'
import { account, session } from './schema.ts'
import { hashSecret, newToken } from './secret.ts'

/** Who a request comes from. */
export interface Principal {
  readonly person: PersonId
  readonly name: string
  readonly login: string
  /** Names the session in sockets and between actors; it signs nobody in. */
  readonly session: string
}

export const sessionMs = 30 * 24 * 60 * 60_000
/** A session slides forward at most this often, so that most requests write nothing. */
const slideEveryMs = 60 * 60_000

/** Starts a session; the token goes into the cookie and nowhere else. */
export function startSession(db: DrizzleSqliteDODatabase, person: PersonId, now: number): string {
  const token = newToken()
  db.delete(session).where(lt(session.expiresAt, now)).run()
  db.insert(session)
    .values({ hash: hashSecret(token), person, createdAt: now, expiresAt: now + sessionMs })
    .run()
  return token
}

export function findSession(db: DrizzleSqliteDODatabase, token: string, now: number): Principal | null {
  const hash = hashSecret(token)
  const found = db
    .select({ person: account.id, name: account.name, login: account.login, expiresAt: session.expiresAt })
    .from(session)
    .innerJoin(account, eq(account.id, session.person))
    .where(and(eq(session.hash, hash), gt(session.expiresAt, now)))
    .get()
  if (found === undefined) return null
  if (found.expiresAt < now + sessionMs - slideEveryMs) {
    db.update(session)
      .set({ expiresAt: now + sessionMs })
      .where(eq(session.hash, hash))
      .run()
  }
  return { person: found.person, name: found.name, login: found.login, session: hash.slice(0, 32) }
}

export function endSession(db: DrizzleSqliteDODatabase, token: string): void {
  db.delete(session)
    .where(eq(session.hash, hashSecret(token)))
    .run()
}

export function endSessionsOf(db: DrizzleSqliteDODatabase, person: PersonId): void {
  db.delete(session).where(eq(session.person, person)).run()
}
