import type { RelayId, SiteId } from '@headframe/protocol'
import { eq, lt } from 'drizzle-orm'
import type { DrizzleSqliteDODatabase } from 'drizzle-orm/durable-sqlite'
import { enrolment } from './schema.ts'
import { hashCode, newCode } from './secret.ts'

const enrolmentMs = 15 * 60_000
/** Used and ended codes stay this long, for a relay that lost the answer and asks again. */
const keptMs = 24 * 60 * 60_000

/** What a code opens: a place for a relay at a site, or for a standby of one that is there. */
export interface EnrolmentPlace {
  readonly site: SiteId
  readonly name: string
  readonly standbyOf: RelayId | null
}

/** Makes a code for one relay. It is shown once; its hash is kept. */
export function startEnrolment(
  db: DrizzleSqliteDODatabase,
  place: EnrolmentPlace,
  now: number,
): { code: string; expiresAt: number } {
  const code = newCode()
  const expiresAt = now + enrolmentMs
  db.delete(enrolment)
    .where(lt(enrolment.expiresAt, now - keptMs))
    .run()
  db.insert(enrolment)
    .values({ hash: hashCode(code), ...place, expiresAt, usedBy: null })
    .run()
  return { code, expiresAt }
}

/** The place that a code opens for a key. A code is good once; a repeat by the same key on the same machine is the same use. */
export function useEnrolment(
  db: DrizzleSqliteDODatabase,
  given: { code: string; publicKey: string; instance: string },
  now: number,
): EnrolmentPlace | null {
  const hash = hashCode(given.code)
  const found = db.select().from(enrolment).where(eq(enrolment.hash, hash)).get()
  if (found === undefined) return null
  const user = `${given.publicKey} ${given.instance}`
  const { site, name, standbyOf } = found
  if (found.usedBy === user) return { site, name, standbyOf }
  if (found.usedBy !== null || found.expiresAt <= now) return null
  db.update(enrolment).set({ usedBy: user }).where(eq(enrolment.hash, hash)).run()
  return { site, name, standbyOf }
}
