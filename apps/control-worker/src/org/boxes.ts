import type { RelayId, SiteId } from '@headframe/protocol'
import { and, eq, isNull } from 'drizzle-orm'
import type { DrizzleSqliteDODatabase } from 'drizzle-orm/durable-sqlite'
import type { EnrolledRelay } from './relays.ts'
import { relay, relayBox } from './schema.ts'

/** A machine that may speak for a relay: what a link is checked against. */
export interface RelayBox {
  readonly name: string
  readonly publicKey: string
  readonly instance: string
}

/** As the seat of a link holds them. */
const mostBoxes = 8

export const fingerprintOf = (publicKey: string): string => publicKey.slice(-8)

/** The boxes of a relay that may speak for a site, the first enrolled first; `null` when it may not. */
export function boxesOf(db: DrizzleSqliteDODatabase, id: RelayId, site: SiteId): RelayBox[] | null {
  const first = db
    .select({ name: relay.name, publicKey: relay.publicKey, instance: relay.instance })
    .from(relay)
    .where(and(eq(relay.id, id), eq(relay.site, site), isNull(relay.revokedAt)))
    .get()
  return first === undefined ? null : [first, ...further(db, id)]
}

function further(db: DrizzleSqliteDODatabase, id: RelayId): RelayBox[] {
  return db
    .select({ name: relayBox.name, publicKey: relayBox.publicKey, instance: relayBox.instance })
    .from(relayBox)
    .where(eq(relayBox.relay, id))
    .orderBy(relayBox.enrolledAt, relayBox.publicKey)
    .all()
}

export type BoxAdded = 'added' | 'gone' | 'full'

/** Adds a box to a relay, or moves its key to the machine that asks; `gone` is a relay that was revoked. */
export function addBox(db: DrizzleSqliteDODatabase, given: EnrolledRelay, now: number): BoxAdded {
  const { id, name, publicKey, instance } = given
  const boxes = boxesOf(db, id, given.site)
  const known = boxes?.some(box => box.publicKey === publicKey)
  if (boxes === null) return 'gone'
  if (!known && boxes.length >= mostBoxes) return 'full'
  if (boxes[0]?.publicKey === publicKey) db.update(relay).set({ instance }).where(eq(relay.id, id)).run()
  else if (known) db.update(relayBox).set({ instance }).where(isBox(id, publicKey)).run()
  else db.insert(relayBox).values({ relay: id, name, publicKey, instance, enrolledAt: now }).run()
  return 'added'
}

const isBox = (id: RelayId, publicKey: string) => and(eq(relayBox.relay, id), eq(relayBox.publicKey, publicKey))

interface Removable {
  readonly site: SiteId
  readonly publicKey: string
  /** The box that takes the place of the first, or this one itself. */
  readonly gone: RelayBox
}

/** A box that can be taken away from a relay; `null` when there is none such, or no other. */
export function removableBox(db: DrizzleSqliteDODatabase, id: RelayId, fingerprint: string): Removable | null {
  const found = db.select().from(relay).where(eq(relay.id, id)).get()
  const others = further(db, id)
  const isIt = (box: { readonly publicKey: string }) => fingerprintOf(box.publicKey) === fingerprint
  const other = others.find(isIt)
  const gone = found !== undefined && isIt(found) ? others[0] : other
  if (found === undefined || gone === undefined) return null
  return { site: found.site, publicKey: isIt(found) ? found.publicKey : gone.publicKey, gone }
}

/** Takes a box away; the next takes the place of the first. */
export function removeBox(db: DrizzleSqliteDODatabase, id: RelayId, { publicKey, gone }: Removable): void {
  const next = { publicKey: gone.publicKey, instance: gone.instance }
  if (gone.publicKey !== publicKey) db.update(relay).set(next).where(eq(relay.id, id)).run()
  db.delete(relayBox).where(isBox(id, gone.publicKey)).run()
}
