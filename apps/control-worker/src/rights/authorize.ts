import type { OrgId, SiteId } from '@headframe/protocol'
import type { Context } from 'hono'
import { directoryOf, orgActorOf } from '../actors/names.ts'
import type { App } from '../http/context.ts'
import { notFound, Problem } from '../http/problem.ts'
import { judgeOrg, judgeSite, type Act, type SiteStanding, type Standing, type Verdict } from './rights.ts'

/** Lets a person act in an organisation, or ends the request. */
export async function inOrg(c: Context<App>, org: OrgId, act: Act): Promise<Standing> {
  const known = await directoryOf(c.env).hasOrg(org)
  const standing = known ? await orgActorOf(c.env, org).standing(c.var.principal.person) : null
  enforce(judgeOrg(standing, act))
  if (standing === null) throw notFound()
  return standing
}

/** Lets a person act at a site, or ends the request. */
export async function atSite(c: Context<App>, site: SiteId, act: Act): Promise<SiteStanding> {
  const at = await standingAt(c, site)
  enforce(judgeSite(at, act))
  if (at === null) throw notFound()
  return at
}

/** What the person who asks is at a site now. */
export async function standingAt(c: Context<App>, site: SiteId): Promise<SiteStanding | null> {
  const org = await directoryOf(c.env).orgOfSite(site)
  const standing = org === null ? null : await orgActorOf(c.env, org).standing(c.var.principal.person)
  return standing?.sites.find(entry => entry.site === site) ?? null
}

function enforce(verdict: Verdict): void {
  if (verdict === 'hidden') throw notFound()
  if (verdict === 'forbidden') throw new Problem('forbidden', 'Your role does not include this.')
}
