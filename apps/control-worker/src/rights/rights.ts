import { includesRole, type OrgId, type Role, type SiteId } from '@headframe/protocol'

/** What a person is in one organisation, as its actor tells. */
export interface Standing {
  readonly org: OrgId
  readonly orgName: string
  readonly role: Role | null
  /** Every site of the organisation, with the role that counts there. */
  readonly sites: readonly SiteStanding[]
}

export interface SiteStanding {
  readonly site: SiteId
  readonly name: string
  readonly role: Role | null
}

/** The role that each thing needs. Every route and every socket asks here, and nowhere else. */
const needs = {
  addSite: 'owner',
  seePeople: 'owner',
  changePeople: 'owner',
  seeRelays: 'viewer',
  changeRelays: 'owner',
  watch: 'viewer',
  seeCommands: 'viewer',
  command: 'operator',
  /** A right of its own: who sets pools can steal. */
  setPools: 'owner',
} as const satisfies Record<string, Role>

export type Act = keyof typeof needs

/** `hidden`: to this person it does not exist, whether or not it does [X6]. */
export type Verdict = 'allowed' | 'forbidden' | 'hidden'

/** The role at a site counts over the one in its organisation. */
export function roleAtSite(orgRole: Role | null, siteRole: Role | null | undefined): Role | null {
  return siteRole ?? orgRole
}

export function judgeOrg(standing: Standing | null, act: Act): Verdict {
  if (standing === null) return 'hidden'
  if (includesRole(standing.role, needs[act])) return 'allowed'
  const known = standing.role !== null || standing.sites.some(site => site.role !== null)
  return known ? 'forbidden' : 'hidden'
}

export function judgeSite(at: SiteStanding | null, act: Act): Verdict {
  if (at === null || at.role === null) return 'hidden'
  return includesRole(at.role, needs[act]) ? 'allowed' : 'forbidden'
}
