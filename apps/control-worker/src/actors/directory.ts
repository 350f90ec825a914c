import { DurableObject } from 'cloudflare:workers'
import {
  newId,
  type ControlId,
  type Enrolled,
  type OrgId,
  type PersonId,
  type RelayId,
  type SiteId,
} from '@headframe/protocol'
import { drizzle } from 'drizzle-orm/durable-sqlite'
import { addAccount, checkPassword, joinOrg, setPassword, type NewAccount } from '../directory/accounts.ts'
import { addBrowser, countedUnder, forgetBrowsersOf } from '../directory/browsers.ts'
import { startEnrolment, useEnrolment, type EnrolmentPlace } from '../directory/enrolments.ts'
import { hasOrg, openInstallation, orgOfSite, orgsOf, registerRelay, siteOfRelay } from '../directory/registry.ts'
import { installation, migrations, org, site } from '../directory/schema.ts'
import { sameCode } from '../directory/secret.ts'
import { endSession, endSessionsOf, findSession, startSession, type Principal } from '../directory/sessions.ts'
import { countTry, forgiveTries } from '../directory/tries.ts'
import type { Env } from '../env.ts'
import { random } from '../random.ts'
import { migrate } from './migrations.ts'
import { orgActorOf } from './names.ts'

export type TooMany = { readonly kind: 'too-many'; readonly retryAfterS: number }
/** Tokens for two cookies: one signs in, the other only tells this browser from others. */
export type SignedIn =
  | { readonly kind: 'signed-in'; readonly token: string; readonly browser: string }
  | TooMany
  | { readonly kind: 'wrong' }
export type SetUp = SignedIn | { readonly kind: 'conflict' }
export type Changed = { readonly kind: 'changed'; readonly token: string } | TooMany | { readonly kind: 'wrong' }
export type EnrolDone =
  | { readonly kind: 'enrolled'; readonly enrolled: Enrolled }
  | TooMany
  | { readonly kind: 'wrong' | 'revoked' | 'gone' | 'full' }

export interface SignInInput {
  readonly login: string
  readonly password: string
  /** The token of a browser that was signed in before, if it has one. */
  readonly browser: string | undefined
}

export interface SetUpInput {
  readonly code: string
  readonly name: string
  readonly login: string
  readonly password: string
  readonly organisation: string
  readonly site: string
}

/** One per installation: who may sign in, and which organisations, sites and relays there are. */
export class Directory extends DurableObject<Env> {
  readonly #db
  #settingUp = false

  constructor(ctx: DurableObjectState, env: Env) {
    super(ctx, env)
    migrate(ctx.storage, migrations)
    this.#db = drizzle(ctx.storage)
  }

  installation(): { control: ControlId; setUp: boolean } {
    const { control, setUpAt } = this.#installation()
    return { control, setUp: setUpAt !== null }
  }

  /** Makes the owner. The organisation knows its owner first: cut short between the two, it can be done again. */
  async setUp(given: SetUpInput): Promise<SetUp> {
    const about = this.#installation()
    if (about.setUpAt !== null || this.#settingUp) return { kind: 'conflict' }
    const retryAfterS = countTry(this.#db, { key: 'setup', open: false }, Date.now())
    if (retryAfterS > 0) return { kind: 'too-many', retryAfterS }
    if (!sameCode(given.code, this.env.SETUP_CODE)) return { kind: 'wrong' }
    this.#settingUp = true
    try {
      await orgActorOf(this.env, about.org).found({
        org: about.org,
        name: given.organisation,
        owner: { id: about.owner, name: given.name, login: given.login },
        site: { id: about.site, name: given.site },
      })
      return this.#finishSetUp(given)
    } finally {
      this.#settingUp = false
    }
  }

  #finishSetUp({ name, login, password }: SetUpInput): SetUp {
    const now = Date.now()
    const { org, owner } = this.#installation()
    addAccount(this.#db, { id: owner, name, login, password, org }, now)
    this.#db.update(installation).set({ setUpAt: now }).run()
    return { kind: 'signed-in', token: startSession(this.#db, owner, now), browser: addBrowser(this.#db, owner, now) }
  }

  signIn({ login, password, browser }: SignInInput): SignedIn {
    const now = Date.now()
    const { key, known } = countedUnder(this.#db, { login, token: browser }, now)
    const retryAfterS = countTry(this.#db, { key, open: !known }, now)
    if (retryAfterS > 0) return { kind: 'too-many', retryAfterS }
    const person = checkPassword(this.#db, login, password)
    if (person === null) return { kind: 'wrong' }
    forgiveTries(this.#db, key)
    const token = startSession(this.#db, person, now)
    return { kind: 'signed-in', token, browser: known && browser ? browser : addBrowser(this.#db, person, now) }
  }

  whoIs(token: string): Principal | null {
    return findSession(this.#db, token, Date.now())
  }

  /** Ends one session, or all of its person, and closes their sockets. */
  async signOut(token: string, everywhere: boolean): Promise<void> {
    const principal = this.whoIs(token)
    if (principal === null) return
    if (everywhere) this.#forgetBrowsers(principal.person)
    else endSession(this.#db, token)
    await this.#closeSockets(principal.person, everywhere ? null : principal.session)
  }

  /** Changes the password of who is signed in, and signs out every other session. */
  async changePassword(token: string, current: string, next: string): Promise<Changed> {
    const now = Date.now()
    const principal = findSession(this.#db, token, now)
    if (principal === null) return { kind: 'wrong' }
    const key = `session ${principal.session}`
    const retryAfterS = countTry(this.#db, { key, open: false }, now)
    if (retryAfterS > 0) return { kind: 'too-many', retryAfterS }
    if (checkPassword(this.#db, principal.login, current) === null) return { kind: 'wrong' }
    forgiveTries(this.#db, key)
    setPassword(this.#db, principal.person, next)
    this.#forgetBrowsers(principal.person)
    const fresh = startSession(this.#db, principal.person, now)
    await this.#closeSockets(principal.person, null)
    return { kind: 'changed', token: fresh }
  }

  orgsOf(person: PersonId): { orgs: OrgId[]; installationOwner: boolean } {
    return { orgs: orgsOf(this.#db, person), installationOwner: this.#installation().owner === person }
  }

  hasOrg(id: OrgId): boolean {
    return hasOrg(this.#db, id)
  }

  orgOfSite(id: SiteId): OrgId | null {
    return orgOfSite(this.#db, id)
  }

  /** Adds an organisation, owned by the owner of the installation; `null` for anybody else. */
  async addOrg(by: Principal, name: string): Promise<OrgId | null> {
    if (this.#installation().owner !== by.person) return null
    const id = newId('org', random)
    await orgActorOf(this.env, id).found({ org: id, name, owner: { id: by.person, name: by.name, login: by.login } })
    this.#db.insert(org).values({ id, createdAt: Date.now() }).run()
    joinOrg(this.#db, by.person, id)
    return id
  }

  async addSite(of: OrgId, name: string): Promise<SiteId> {
    const id = newId('site', random)
    this.#db.insert(site).values({ id, org: of, createdAt: Date.now() }).run()
    await orgActorOf(this.env, of).addSite({ id, name })
    return id
  }

  /** `null` when the login is taken. */
  addAccount(given: NewAccount): PersonId | null {
    return addAccount(this.#db, given, Date.now())
  }

  addEnrolment(place: EnrolmentPlace): { code: string; expiresAt: number } {
    return startEnrolment(this.#db, place, Date.now())
  }

  /** Makes a relay known by its code. The same code from the same key gives the same relay. */
  async enrol(given: { code: string; publicKey: string; instance: string }): Promise<EnrolDone> {
    const place = this.#placeOf(given)
    if ('kind' in place) return place
    const id = place.standbyOf ?? registerRelay(this.#db, place.site, given.publicKey)
    const of = orgOfSite(this.#db, place.site)
    if (of === null) throw new Error('a site without an organisation')
    const { site, name } = place
    const { publicKey, instance } = given
    const org = orgActorOf(this.env, of)
    const box = { id, site, name, publicKey, instance }
    const done = await (place.standbyOf === null ? org.addRelay(box) : org.addStandby(box))
    if (done !== 'added') return { kind: done }
    return { kind: 'enrolled', enrolled: { control: this.#installation().control, relay: id, site: place.site } }
  }

  /** Where a relay belongs, for its link. */
  placeOfRelay(id: RelayId): { site: SiteId; org: OrgId; control: ControlId } | null {
    const found = siteOfRelay(this.#db, id)
    return found === null ? null : { ...found, control: this.#installation().control }
  }

  #placeOf(given: { code: string; publicKey: string; instance: string }): EnrolmentPlace | TooMany | { kind: 'wrong' } {
    const now = Date.now()
    if (sameCode(given.code, this.env.LOCAL_CODE))
      return { site: this.#installation().site, name: 'This box', standbyOf: null }
    const place = useEnrolment(this.#db, given, now)
    if (place !== null) return place
    // Only after a wrong one: a code of 80 bits needs no pauses to be safe, and who guesses must not hold up who has it.
    const retryAfterS = countTry(this.#db, { key: 'enrol', open: false }, now)
    return retryAfterS > 0 ? { kind: 'too-many', retryAfterS } : { kind: 'wrong' }
  }

  /** Ends what any browser holds of a person. */
  #forgetBrowsers(person: PersonId): void {
    endSessionsOf(this.#db, person)
    forgetBrowsersOf(this.#db, person)
  }

  #installation() {
    return openInstallation(this.#db, Date.now())
  }

  async #closeSockets(person: PersonId, session: string | null): Promise<void> {
    const orgs = orgsOf(this.#db, person)
    await Promise.all(orgs.map(id => orgActorOf(this.env, id).endSessions({ person, session })))
  }
}
