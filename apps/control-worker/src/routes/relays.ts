import { createEnrolment, enrol, orgId, relayId } from '@headframe/protocol'
import { Hono } from 'hono'
import { z } from 'zod'
import { directoryOf, orgActorOf } from '../actors/names.ts'
import { fromBase64 } from '../base64.ts'
import type { App } from '../http/context.ts'
import { body, path, query } from '../http/input.ts'
import { notFound, Problem } from '../http/problem.ts'
import { inOrg } from '../rights/authorize.ts'
import { tooMany } from './account.ts'

const ofOrg = z.object({ org: orgId })
const ofRelay = z.object({ org: orgId, relay: relayId })

/** The relays of an organisation, and codes for new ones. */
export const relays = new Hono<App>()
  .get('/:org/relays', path(ofOrg), async c => {
    const { org } = c.req.valid('param')
    await inOrg(c, org, 'seeRelays')
    return c.json({ relays: await orgActorOf(c.env, org).relays() })
  })
  .delete('/:org/relays/:relay', path(ofRelay), async c => {
    const { org, relay } = c.req.valid('param')
    await inOrg(c, org, 'changeRelays')
    const done = await orgActorOf(c.env, org).revokeRelay(relay)
    if (done === 'not-found') throw notFound()
    return c.json({})
  })
  .delete('/:org/relays/:relay/box', path(ofRelay), query(z.object({ fingerprint: z.string().max(16) })), async c => {
    const { org, relay } = c.req.valid('param')
    await inOrg(c, org, 'changeRelays')
    const done = await orgActorOf(c.env, org).removeBox(relay, c.req.valid('query').fingerprint)
    if (done === 'not-found') throw notFound()
    return c.json({})
  })
  .post('/:org/enrolments', path(ofOrg), body(createEnrolment), async c => {
    const { org } = c.req.valid('param')
    const { site, name, standbyOf = null } = c.req.valid('json')
    const standing = await inOrg(c, org, 'changeRelays')
    if (!standing.sites.some(entry => entry.site === site)) throw notFound()
    if (standbyOf !== null && (await orgActorOf(c.env, org).relayBoxes(standbyOf, site)) === null) throw notFound()
    return c.json(await directoryOf(c.env).addEnrolment({ site, name, standbyOf }), 201)
  })

/** Where a relay makes itself known. Its code is its right; there is no cookie. */
export const enrolment = new Hono<App>().post('/', body(enrol), async c => {
  const given = c.req.valid('json')
  if (!isKey(given.publicKey))
    throw new Problem('bad-input', 'An Ed25519 key is 32 bytes in base64.', { field: 'publicKey' })
  const done = await directoryOf(c.env).enrol(given)
  switch (done.kind) {
    case 'enrolled':
      return c.json(done.enrolled)
    case 'too-many':
      throw tooMany(done)
    case 'wrong':
      throw new Problem('forbidden', 'This code is mistyped, used or too old.', { field: 'code' })
    case 'revoked':
      throw new Problem('conflict', 'This key was revoked. Take a new one: headframe join <url> <code> --new-key', {
        field: 'publicKey',
      })
    case 'gone':
      throw new Problem('conflict', 'The relay of this code was revoked since. Enrol a relay anew.', { field: 'code' })
    case 'full':
      throw new Problem('conflict', 'This relay has 8 boxes. Remove one of them first.', { field: 'code' })
  }
})

const base64Of32Bytes = /^[A-Za-z0-9+/]{43}=$/

const isKey = (text: string) => base64Of32Bytes.test(text) && fromBase64(text).length === 32
