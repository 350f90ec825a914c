import type { PersonId } from '@headframe/protocol'
import { and, eq, lt } from 'drizzle-orm'
import type { DrizzleSqliteDODatabase } from 'drizzle-orm/durable-sqlite'
import { account, browser } from './schema.ts'
import { hashSecret, newToken } from './secret.ts'

/** Browsers refuse to keep a cookie for longer than 400 days (RFC 6265bis 5.5). */
export const browserMs = 365 * 24 * 60 * 60_000

/**
 * What the tries of a sign-in are counted under. A browser that its person signed in from before has a count of its
 * own: who guesses from elsewhere makes all other browsers wait, for as long as the guessing goes on, but not that one
 * (OWASP, "Slow Down Online Guessing Attacks with Device Cookies").
 */
export function countedUnder(
  db: DrizzleSqliteDODatabase,
  { login, token }: { login: string; token: string | undefined },
  now: number,
): { key: string; known: boolean } {
  if (token !== undefined && isKnown(db, { login, hash: hashSecret(token) }, now)) {
    return { key: `browser ${hashSecret(token)}`, known: true }
  }
  return { key: `login ${login}`, known: false }
}

/** Makes a browser known; its token is good for nothing but being told apart. */
export function addBrowser(db: DrizzleSqliteDODatabase, person: PersonId, now: number): string {
  const token = newToken()
  db.delete(browser)
    .where(lt(browser.addedAt, now - browserMs))
    .run()
  db.insert(browser)
    .values({ hash: hashSecret(token), person, addedAt: now })
    .run()
  return token
}

export function forgetBrowsersOf(db: DrizzleSqliteDODatabase, person: PersonId): void {
  db.delete(browser).where(eq(browser.person, person)).run()
}

function isKnown(db: DrizzleSqliteDODatabase, { login, hash }: { login: string; hash: string }, now: number): boolean {
  const found = db
    .select({ addedAt: browser.addedAt })
    .from(browser)
    .innerJoin(account, eq(account.id, browser.person))
    .where(and(eq(browser.hash, hash), eq(account.login, login)))
    .get()
  return found !== undefined && found.addedAt > now - browserMs
}
