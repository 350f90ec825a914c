import { askCommands, minerId, siteId, type SiteId } from '@headframe/protocol'
import { Hono, type Context } from 'hono'
import { z } from 'zod'
import { directoryOf, siteActorOf } from '../actors/names.ts'
import type { App } from '../http/context.ts'
import { body, path, query } from '../http/input.ts'
import { Problem } from '../http/problem.ts'
import { checkOrigin } from '../http/same-origin.ts'
import { openSocket, wantsSocket } from '../http/socket.ts'
import { atSite, standingAt } from '../rights/authorize.ts'
import { longestHistoryMs } from '../site/history-read.ts'
import type { DashboardGrant } from '../site/seat.ts'

const ofSite = z.object({ site: siteId })

const epochMs = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER)
const historySpan = z
  .object({ from: epochMs, to: epochMs })
  .refine(({ from, to }) => to > from && to - from <= longestHistoryMs, {
    path: ['to'],
    message: 'has to be after from, and no more than 15 days.',
  })

/** Commands and the live view of a site. */
export const sites = new Hono<App>()
  .get('/:site/commands', path(ofSite), query(z.object({ miner: minerId.optional() })), async c => {
    const { site } = c.req.valid('param')
    await atSite(c, site, 'seeCommands')
    return c.json({ commands: await siteActorOf(c.env, site).commands(c.req.valid('query').miner) })
  })
  .post('/:site/commands', path(ofSite), body(askCommands), async c => {
    const { site } = c.req.valid('param')
    const asked = c.req.valid('json')
    await atSite(c, site, asked.command.kind === 'setPools' ? 'setPools' : 'command')
    const { person, name } = c.var.principal
    const commands = await siteActorOf(c.env, site).ask({ ...asked, person, byName: name })
    if (commands === null) throw new Problem('conflict', 'One of these ids names another command.', { field: 'miners' })
    return c.json({ commands })
  })
  .get('/:site/history', path(ofSite), query(historySpan), async c => {
    const { site } = c.req.valid('param')
    await atSite(c, site, 'watch')
    return c.json(await siteActorOf(c.env, site).history(c.req.valid('query')))
  })
  .get('/:site/notes', path(ofSite), async c => {
    const { site } = c.req.valid('param')
    await atSite(c, site, 'watch')
    return c.json(await siteActorOf(c.env, site).notes())
  })
  .get('/:site/socket', path(ofSite), async c => {
    const { site } = c.req.valid('param')
    checkOrigin(c)
    const at = await atSite(c, site, 'watch')
    if (at.role === null || !wantsSocket(c)) throw new Problem('bad-input', 'This is a WebSocket.')
    const { person, name, session } = c.var.principal
    const grant = { person, name, session, role: at.role, siteName: at.name }
    const answer = await openSocket(siteActorOf(c.env, site), 'dashboard', grant)
    await tellWhatEnded(c, site, grant)
    return answer
  })

/** What ended while the socket opened was told to a site that did not have it yet: it is told again, now that it has. */
async function tellWhatEnded(c: Context<App>, site: SiteId, { person, session, role }: DashboardGrant): Promise<void> {
  const [signedIn, standing] = await Promise.all([directoryOf(c.env).whoIs(c.var.token), standingAt(c, site)])
  if (signedIn === null) await siteActorOf(c.env, site).endSessions({ person, session })
  else if (standing?.role !== role) await siteActorOf(c.env, site).setRole(person, standing?.role ?? null)
}
