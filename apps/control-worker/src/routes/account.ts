import { changePassword, paths, setup, signIn, type Me } from '@headframe/protocol'
import { Hono, type Context } from 'hono'
import { directoryOf, orgActorOf } from '../actors/names.ts'
import type { SetUp, TooMany } from '../actors/directory.ts'
import type { App } from '../http/context.ts'
import { clearSession, browserOf, sessionOf, setBrowser, setSession } from '../http/cookie.ts'
import { body } from '../http/input.ts'
import { Problem } from '../http/problem.ts'
import { signedIn, whoAsks } from '../http/signed-in.ts'
import type { Standing } from '../rights/rights.ts'
import { version } from '../version.ts'

/** The installation, and who is signed in. */
export const account = new Hono<App>()
  .get(paths.installation, async c => {
    const { control, setUp } = await directoryOf(c.env).installation()
    const signedIn = (await whoAsks(c)) !== null
    return c.json({ control, setUp, signedIn, demo: c.env.DEMO === 'yes', local: c.env.LOCAL === 'yes', version })
  })
  .post(paths.setup, body(setup), async c => {
    return answerSession(c, await directoryOf(c.env).setUp(c.req.valid('json')), wrongCode)
  })
  .post(paths.signIn, body(signIn), async c => {
    const given = { ...c.req.valid('json'), browser: browserOf(c) }
    return answerSession(c, await directoryOf(c.env).signIn(given), wrongLogin)
  })
  .post(paths.signOut, c => signOut(c, false))
  .post(paths.signOutEverywhere, c => signOut(c, true))
  .get(paths.me, signedIn, async c => c.json(await describe(c)))
  .post(paths.password, signedIn, body(changePassword), async c => {
    const { current, next } = c.req.valid('json')
    const done = await directoryOf(c.env).changePassword(c.var.token, current, next)
    if (done.kind === 'too-many') throw tooMany(done)
    if (done.kind === 'wrong') throw new Problem('forbidden', 'This is not your password.', { field: 'current' })
    setSession(c, done.token)
    return c.json({})
  })

export const tooMany = ({ retryAfterS }: TooMany) =>
  new Problem('too-many', `Too many tries. Try again in ${retryAfterS} s.`, { retryAfterS })

const wrongLogin = () => new Problem('unauthenticated', 'Login and password do not match.')
const wrongCode = () => new Problem('forbidden', 'This is not the setup code.', { field: 'code' })

function answerSession(c: Context<App>, done: SetUp, wrong: () => Problem): Response {
  switch (done.kind) {
    case 'signed-in':
      setSession(c, done.token)
      setBrowser(c, done.browser)
      return c.json({})
    case 'wrong':
      throw wrong()
    case 'too-many':
      throw tooMany(done)
    case 'conflict':
      throw new Problem('conflict', 'This installation is set up. Sign in instead.')
  }
}

async function signOut(c: Context<App>, everywhere: boolean): Promise<Response> {
  const token = sessionOf(c)
  if (token !== undefined) await directoryOf(c.env).signOut(token, everywhere)
  clearSession(c)
  return c.json({})
}

async function describe(c: Context<App>): Promise<Me> {
  const { person, name, login } = c.var.principal
  const { orgs, installationOwner } = await directoryOf(c.env).orgsOf(person)
  const standings = await Promise.all(orgs.map(org => orgActorOf(c.env, org).standing(person)))
  const known = standings.filter(standing => standing !== null)
  return {
    id: person,
    name,
    login,
    installationOwner,
    orgs: known.filter(isPartOf).map(({ org, orgName, role }) => ({ id: org, name: orgName, role })),
    sites: known.flatMap(sitesOf),
  }
}

const isPartOf = ({ role, sites }: Standing) => role !== null || sites.some(site => site.role !== null)

const sitesOf = ({ org, sites }: Standing) =>
  sites.flatMap(({ site, name, role }) => (role === null ? [] : [{ id: site, org, name, role }]))
