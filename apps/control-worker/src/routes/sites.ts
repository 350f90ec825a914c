import { askCommands, minerId, siteId } from '@headframe/protocol'
import { Hono } from 'hono'
import { z } from 'zod'
import { siteActorOf } from '../actors/names.ts'
import type { App } from '../http/context.ts'
import { body, path, query } from '../http/input.ts'
import { Problem } from '../http/problem.ts'
import { checkOrigin } from '../http/same-origin.ts'
import { openSocket, wantsSocket } from '../http/socket.ts'
import { atSite } from '../rights/authorize.ts'

const ofSite = z.object({ site: siteId })

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
  .get('/:site/socket', path(ofSite), async c => {
    const { site } = c.req.valid('param')
    checkOrigin(c)
    const at = await atSite(c, site, 'watch')
    if (at.role === null || !wantsSocket(c)) throw new Problem('bad-input', 'This is a WebSocket.')
    const { person, name, session } = c.var.principal
    const grant = { person, name, session, role: at.role, siteName: at.name }
    return openSocket(siteActorOf(c.env, site), 'dashboard', grant)
  })
