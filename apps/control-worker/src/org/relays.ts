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

/**
 * Adds a relay; the name that it has then, `null` for a key that was revoked, which it stays.
 * The same key again moves it to the machine that asks.
 */
export function addRelay(db: DrizzleSqliteDODatabase, given: EnrolledRelay, now: number): string | null {
  const found = db.select().from(relay).where(eq(relay.id, given.id)).get()
  if (found !== undefined && found.revokedAt !== null) return null
  const name = found?.name ?? freeName(db, given)
  db.insert(relay)
    .values({ ...given, name, enrolledAt: now, revokedAt: null })
    .onConflictDoUpdate({ target: relay.id, set: { instance: given.instance } })
    .run()
  return name
}

/** A box whose key was lost enrols again under the name that it had: people must be able to tell the two apart. */
function freeName(db: DrizzleSqliteDODatabase, { site, name }: EnrolledRelay): string {
  const rows = db.select({ name: relay.name }).from(relay).where(eq(relay.site, site)).all()
  const taken = new Set(rows.map(row => row.name))
  for (let count = 1; ; count++) {
    const suffix = count === 1 ? '' : ` (${count})`
    const free = `${name.slice(0, maxNameLength - suffix.length)}${suffix}`
    if (!taken.has(free)) return free
  }
}

/** As dashboards are told it. */
const maxNameLength = 128

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
