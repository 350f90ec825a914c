import { newId, type OrgId, type PersonId, type RelayId, type SiteId } from '@headframe/protocol'
import { and, eq } from 'drizzle-orm'
import type { DrizzleSqliteDODatabase } from 'drizzle-orm/durable-sqlite'
import { random } from '../random.ts'
import { installation, membership, org, relay, site } from './schema.ts'

export type Installation = typeof installation.$inferSelect

/** This installation, made on first use with one organisation and one site, so that a relay can enrol before anybody signed in. */
export function openInstallation(db: DrizzleSqliteDODatabase, now: number): Installation {
  const found = db.select().from(installation).get()
  if (found !== undefined) return found
  const made = {
    id: 1,
    control: newId('control', random),
    org: newId('org', random),
    site: newId('site', random),
    owner: newId('person', random),
    setUpAt: null,
  }
  db.transaction(tx => {
    tx.insert(installation).values(made).run()
    tx.insert(org).values({ id: made.org, createdAt: now }).run()
    tx.insert(site).values({ id: made.site, org: made.org, createdAt: now }).run()
  })
  return made
}

export function orgOfSite(db: DrizzleSqliteDODatabase, id: SiteId): OrgId | null {
  return db.select({ org: site.org }).from(site).where(eq(site.id, id)).get()?.org ?? null
}

export function hasOrg(db: DrizzleSqliteDODatabase, id: OrgId): boolean {
  return db.select({ id: org.id }).from(org).where(eq(org.id, id)).get() !== undefined
}

export function orgsOf(db: DrizzleSqliteDODatabase, person: PersonId): OrgId[] {
  return db
    .select({ org: membership.org })
    .from(membership)
    .where(eq(membership.person, person))
    .all()
    .map(row => row.org)
}

export function siteOfRelay(db: DrizzleSqliteDODatabase, id: RelayId): { site: SiteId; org: OrgId } | null {
  const found = db
    .select({ site: site.id, org: site.org })
    .from(relay)
    .innerJoin(site, eq(site.id, relay.site))
    .where(eq(relay.id, id))
    .get()
  return found ?? null
}

/** The id of a key at a site: the one it has, or a new one. */
export function registerRelay(db: DrizzleSqliteDODatabase, at: SiteId, publicKey: string): RelayId {
  const found = db
    .select({ id: relay.id })
    .from(relay)
    .where(and(eq(relay.site, at), eq(relay.publicKey, publicKey)))
    .get()
  if (found !== undefined) return found.id
  const id = newId('relay', random)
  db.insert(relay).values({ id, site: at, publicKey }).run()
  return id
}
