import type { RelayEntry, RelayId, SiteId } from '@headframe/protocol'
import { and, eq, isNull } from 'drizzle-orm'
import type { DrizzleSqliteDODatabase } from 'drizzle-orm/durable-sqlite'
import { relay } from './schema.ts'

export interface EnrolledRelay {
  readonly id: RelayId
  readonly site: SiteId
  readonly name: string
  readonly publicKey: string
  readonly instance: string
}

/** What a link is checked against. */
export interface RelayKey {
  readonly publicKey: string
  readonly instance: string
}

/** Adds a relay. The same key again moves it to the machine that asks; a revoked key stays revoked. */
export function addRelay(db: DrizzleSqliteDODatabase, given: EnrolledRelay, now: number): 'added' | 'revoked' {
  const found = db.select().from(relay).where(eq(relay.id, given.id)).get()
  if (found !== undefined && found.revokedAt !== null) return 'revoked'
  db.insert(relay)
    .values({ ...given, enrolledAt: now, revokedAt: null })
    .onConflictDoUpdate({ target: relay.id, set: { instance: given.instance } })
    .run()
  return 'added'
}

/** The key of a relay that may speak for a site; `null` when it may not. */
export function keyOf(db: DrizzleSqliteDODatabase, id: RelayId, site: SiteId): RelayKey | null {
  const found = db
    .select({ publicKey: relay.publicKey, instance: relay.instance })
    .from(relay)
    .where(and(eq(relay.id, id), eq(relay.site, site), isNull(relay.revokedAt)))
    .get()
  return found ?? null
}

export function listRelays(db: DrizzleSqliteDODatabase): RelayEntry[] {
  const relays = db.select().from(relay).orderBy(relay.enrolledAt, relay.id).all()
  return relays.map(({ id, site, name, enrolledAt, revokedAt, publicKey }) => ({
    id,
    site,
    name,
    enrolledAt,
    revokedAt,
    fingerprint: publicKey.slice(-8),
  }))
}

/** Revokes a key for good; the site that it spoke for, `null` when there is no such relay here. */
export function revokeRelay(db: DrizzleSqliteDODatabase, id: RelayId, now: number): SiteId | null {
  const found = db.select({ site: relay.site, revokedAt: relay.revokedAt }).from(relay).where(eq(relay.id, id)).get()
  if (found === undefined) return null
  if (found.revokedAt === null) db.update(relay).set({ revokedAt: now }).where(eq(relay.id, id)).run()
  return found.site
}
