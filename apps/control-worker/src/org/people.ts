import type { PersonEntry, PersonId, Role, SiteId } from '@headframe/protocol'
import { and, eq } from 'drizzle-orm'
import type { DrizzleSqliteDODatabase } from 'drizzle-orm/durable-sqlite'
import { roleAtSite, type Standing } from '../rights/rights.ts'
import { org, person, site, siteRole } from './schema.ts'

/** What a person is here; `null` when not one of its people. */
export function standingOf(db: DrizzleSqliteDODatabase, id: PersonId): Standing | null {
  const about = db.select().from(org).get()
  const found = db.select({ role: person.role }).from(person).where(eq(person.id, id)).get()
  if (about === undefined || found === undefined) return null
  const own = db.select().from(siteRole).where(eq(siteRole.person, id)).all()
  const roles = new Map(own.map(row => [row.site, row.role]))
  const sites = db.select().from(site).orderBy(site.createdAt, site.id).all()
  return {
    org: about.id,
    orgName: about.name,
    role: found.role,
    sites: sites.map(({ id, name }) => ({ site: id, name, role: roleAtSite(found.role, roles.get(id)) })),
  }
}

export function listPeople(db: DrizzleSqliteDODatabase): PersonEntry[] {
  const roles = db.select().from(siteRole).all()
  const people = db.select().from(person).orderBy(person.addedAt, person.id).all()
  return people.map(({ id, name, login, role }) => ({
    id,
    name,
    login,
    role,
    siteRoles: roles.filter(row => row.person === id).map(row => ({ site: row.site, role: row.role })),
  }))
}

export interface RoleChange {
  readonly person: PersonId
  /** Absent: in the whole organisation. */
  readonly site?: SiteId | undefined
  readonly role: Role | null
}

/** Sets or takes a role. An organisation keeps at least one owner. */
export function setRole(db: DrizzleSqliteDODatabase, change: RoleChange): 'set' | 'not-found' | 'last-owner' {
  const found = db.select({ role: person.role }).from(person).where(eq(person.id, change.person)).get()
  if (found === undefined) return 'not-found'
  if (change.site === undefined) return setOrgRole(db, change, found.role)
  if (db.select().from(site).where(eq(site.id, change.site)).get() === undefined) return 'not-found'
  setSiteRole(db, change.person, { site: change.site, role: change.role })
  return 'set'
}

function setOrgRole(db: DrizzleSqliteDODatabase, change: RoleChange, before: Role | null): 'set' | 'last-owner' {
  const owners = db.select({ id: person.id }).from(person).where(eq(person.role, 'owner')).all()
  if (before === 'owner' && change.role !== 'owner' && owners.length === 1) return 'last-owner'
  db.update(person).set({ role: change.role }).where(eq(person.id, change.person)).run()
  return 'set'
}

function setSiteRole(db: DrizzleSqliteDODatabase, id: PersonId, at: { site: SiteId; role: Role | null }): void {
  if (at.role === null) {
    db.delete(siteRole)
      .where(and(eq(siteRole.person, id), eq(siteRole.site, at.site)))
      .run()
    return
  }
  db.insert(siteRole)
    .values({ person: id, site: at.site, role: at.role })
    .onConflictDoUpdate({ target: [siteRole.person, siteRole.site], set: { role: at.role } })
    .run()
}
