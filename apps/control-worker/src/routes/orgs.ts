import { addPerson, create, orgId, personId, setRole } from '@headframe/protocol'
import { Hono } from 'hono'
import { z } from 'zod'
import { directoryOf, orgActorOf } from '../actors/names.ts'
import type { App } from '../http/context.ts'
import { body, path } from '../http/input.ts'
import { notFound, Problem } from '../http/problem.ts'
import { inOrg } from '../rights/authorize.ts'

const ofOrg = z.object({ org: orgId })
const ofPerson = z.object({ org: orgId, person: personId })

/** Organisations, their sites and people. */
export const orgs = new Hono<App>()
  .post('/', body(create), async c => {
    const { name } = c.req.valid('json')
    const id = await directoryOf(c.env).addOrg(c.var.principal, name)
    if (id === null) throw new Problem('forbidden', 'Only the owner of the installation adds organisations.')
    return c.json({ id, name }, 201)
  })
  .post('/:org/sites', path(ofOrg), body(create), async c => {
    const { org } = c.req.valid('param')
    const { name } = c.req.valid('json')
    await inOrg(c, org, 'addSite')
    return c.json({ id: await directoryOf(c.env).addSite(org, name), org, name }, 201)
  })
  .get('/:org/people', path(ofOrg), async c => {
    const { org } = c.req.valid('param')
    await inOrg(c, org, 'seePeople')
    return c.json({ people: await orgActorOf(c.env, org).people() })
  })
  .post('/:org/people', path(ofOrg), body(addPerson), async c => {
    const { org } = c.req.valid('param')
    const { name, login, password, role } = c.req.valid('json')
    await inOrg(c, org, 'changePeople')
    const id = await directoryOf(c.env).addAccount({ name, login, password, org })
    if (id === null) throw new Problem('conflict', 'This login cannot be used.', { field: 'login' })
    await orgActorOf(c.env, org).addPerson({ id, name, login, role })
    return c.json({ id }, 201)
  })
  .put('/:org/people/:person/role', path(ofPerson), body(setRole), async c => {
    const { org, person } = c.req.valid('param')
    await inOrg(c, org, 'changePeople')
    const done = await orgActorOf(c.env, org).setRole({ person, ...c.req.valid('json') })
    if (done === 'not-found') throw notFound()
    if (done === 'last-owner')
      throw new Problem('conflict', 'An organisation keeps at least one owner.', { field: 'role' })
    return c.json({})
  })
