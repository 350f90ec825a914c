import type { RelayEntry, RelayId, SiteId } from '@headframe/protocol'
import { eq } from 'drizzle-orm'
import type { DrizzleSqliteDODatabase } from 'drizzle-orm/durable-sqlite'
import { fingerprintOf } from './boxes.ts'
import { relay, relayBox } from './schema.ts'

export interface EnrolledRelay {
  readonly id: RelayId
  readonly site: SiteId
  readonly name: string
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
  // The key of a box that was taken away from this relay since.
  if (found !== undefined && found.publicKey !== given.publicKey) return null
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

export function listRelays(db: DrizzleSqliteDODatabase): RelayEntry[] {
  const relays = db.select().from(relay).orderBy(relay.enrolledAt, relay.id).all()
  const boxes = db.select().from(relayBox).orderBy(relayBox.enrolledAt, relayBox.publicKey).all()
  return relays.map(({ id, site, name, enrolledAt, revokedAt, publicKey }) => ({
    id,
    site,
    name,
    enrolledAt,
    revokedAt,
    fingerprint: fingerprintOf(publicKey),
    ...standbysOf(boxes.filter(box => box.relay === id)),
  }))
}

const standbysOf = (boxes: readonly (typeof relayBox.$inferSelect)[]) =>
  boxes.length === 0
    ? {}
    : {
        standbys: boxes.map(({ name, enrolledAt, publicKey }) => ({
          name,
          enrolledAt,
          fingerprint: fingerprintOf(publicKey),
        })),
      }

/** False for a relay that is not known here, as after a restore from before it enrolled. */
export const isRevoked = (db: DrizzleSqliteDODatabase, id: RelayId): boolean =>
  (db.select({ at: relay.revokedAt }).from(relay).where(eq(relay.id, id)).get()?.at ?? null) !== null

/** Revokes a key for good; the site that it spoke for, `null` when there is no such relay here. */
export function revokeRelay(db: DrizzleSqliteDODatabase, id: RelayId, now: number): SiteId | null {
  const found = db.select({ site: relay.site, revokedAt: relay.revokedAt }).from(relay).where(eq(relay.id, id)).get()
  if (found === undefined) return null
  if (found.revokedAt === null) db.update(relay).set({ revokedAt: now }).where(eq(relay.id, id)).run()
  return found.site
}
