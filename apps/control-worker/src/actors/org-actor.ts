import { DurableObject } from 'cloudflare:workers'
import type { OrgId, PersonEntry, PersonId, RelayEntry, RelayId, SiteId } from '@headframe/protocol'
import { drizzle } from 'drizzle-orm/durable-sqlite'
import type { Env } from '../env.ts'
import { listPeople, setRole, standingOf, type RoleChange } from '../org/people.ts'
import { addBox, boxesOf, removableBox, removeBox, type BoxAdded, type RelayBox } from '../org/boxes.ts'
import { addRelay, isRevoked, listRelays, revokeRelay, type EnrolledRelay } from '../org/relays.ts'
import { migrations, org, person, site } from '../org/schema.ts'
import type { Standing } from '../rights/rights.ts'
import { migrate } from './migrations.ts'
import { siteActorOf } from './names.ts'

export interface Founding {
  readonly org: OrgId
  readonly name: string
  readonly owner?: { readonly id: PersonId; readonly name: string; readonly login: string }
  readonly site?: { readonly id: SiteId; readonly name: string }
}

/** One organisation: its people with their roles, its sites, its relays and their keys. */
export class OrgActor extends DurableObject<Env> {
  readonly #db
  #removals: Promise<unknown> = Promise.resolve()

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    migrate(ctx.storage, migrations)
    this.#db = drizzle(ctx.storage)
  }

  /** Names the organisation and gives it a first owner and site. Repeats change nothing but names. */
  found({ org: id, name, owner, site: first }: Founding): void {
    const now = Date.now()
    this.#db.insert(org).values({ id, name }).onConflictDoUpdate({ target: org.id, set: { name } }).run()
    if (first !== undefined) this.#putSite(first, now)
    if (owner === undefined) return
    this.#db
      .insert(person)
      .values({ ...owner, role: 'owner', addedAt: now })
      .onConflictDoUpdate({ target: person.id, set: { name: owner.name, login: owner.login } })
      .run()
  }

  addSite(first: { id: SiteId; name: string }): void {
    this.#putSite(first, Date.now())
  }

  standing(id: PersonId): Standing | null {
    return standingOf(this.#db, id)
  }

  people(): PersonEntry[] {
    return listPeople(this.#db)
  }

  addPerson(added: { id: PersonId; name: string; login: string; role: RoleChange['role'] }): void {
    this.#db
      .insert(person)
      .values({ ...added, addedAt: Date.now() })
      .onConflictDoNothing()
      .run()
  }

  /** Changes a role, and at once what open sockets of that person may do. */
  async setRole(change: RoleChange): Promise<'set' | 'not-found' | 'last-owner'> {
    const done = setRole(this.#db, change)
    if (done !== 'set') return done
    const sites = standingOf(this.#db, change.person)?.sites ?? []
    await Promise.all(sites.map(at => siteActorOf(this.env, at.site).setRole(change.person, at.role)))
    return done
  }

  relays(): RelayEntry[] {
    return listRelays(this.#db)
  }

  async addRelay(given: EnrolledRelay): Promise<'added' | 'revoked'> {
    const now = Date.now()
    const name = addRelay(this.#db, given, now)
    if (name === null) return 'revoked'
    await siteActorOf(this.env, given.site).addRelay({ id: given.id, name })
    return 'added'
  }

  /** One more box for a relay that there is. */
  addStandby(given: EnrolledRelay): BoxAdded {
    return addBox(this.#db, given, Date.now())
  }

  /** Takes a box away from a relay, and cuts its link. A relay keeps its last one. */
  removeBox(id: RelayId, fingerprint: string): Promise<'removed' | 'not-found'> {
    // One after another: of two that are taken away at once one has to stay.
    const done = this.#removals.then(() => this.#removeBox(id, fingerprint))
    this.#removals = done.catch(() => {})
    return done
  }

  async #removeBox(id: RelayId, fingerprint: string): Promise<'removed' | 'not-found'> {
    const box = removableBox(this.#db, id, fingerprint)
    if (box === null) return 'not-found'
    const cut = () => siteActorOf(this.env, box.site).removeBox(id, box.publicKey)
    // While its site does not answer it is there, and can be taken away again.
    await cut()
    removeBox(this.#db, id, box)
    // It may have come back before it was unknown.
    await cut()
    return 'removed'
  }

  /** Revokes a key and cuts its link, whatever that link is doing. */
  async revokeRelay(id: RelayId): Promise<'revoked' | 'not-found'> {
    const at = revokeRelay(this.#db, id, Date.now())
    if (at === null) return 'not-found'
    await siteActorOf(this.env, at).revokeRelay(id)
    return 'revoked'
  }

  isRevoked(id: RelayId): boolean {
    return isRevoked(this.#db, id)
  }

  relayBoxes(id: RelayId, at: SiteId): RelayBox[] | null {
    return boxesOf(this.#db, id, at)
  }

  /** Closes the sockets of a person: those of one session, or all. */
  async endSessions(of: { person: PersonId; session: string | null }): Promise<void> {
    const sites = this.#db.select({ id: site.id }).from(site).all()
    await Promise.all(sites.map(({ id }) => siteActorOf(this.env, id).endSessions(of)))
  }

  #putSite({ id, name }: { id: SiteId; name: string }, now: number): void {
    this.#db
      .insert(site)
      .values({ id, name, createdAt: now })
      .onConflictDoUpdate({ target: site.id, set: { name } })
      .run()
  }
}
