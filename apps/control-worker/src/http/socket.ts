import type { Context } from 'hono'
import { grantHeader } from '../actors/site-actor.ts'
import type { SiteActor } from '../actors/site-actor.ts'
import type { DashboardGrant, LinkGrant } from '../site/seat.ts'
import type { App } from './context.ts'

export const wantsSocket = (c: Context<App>): boolean => c.req.header('upgrade')?.toLowerCase() === 'websocket'

/** Hands a socket to a site, with what was checked. A request of our own: nothing of the caller's goes along. */
export function openSocket(
  site: DurableObjectStub<SiteActor>,
  kind: 'link' | 'dashboard',
  grant: LinkGrant | DashboardGrant,
): Promise<Response> {
  const headers = { upgrade: 'websocket', [grantHeader]: encodeURIComponent(JSON.stringify(grant)) }
  return site.fetch(`https://site/${kind}`, { headers })
}
