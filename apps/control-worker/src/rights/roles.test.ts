import { reset, runInDurableObject } from 'cloudflare:test'
import {
  createdOrg,
  createdSite,
  enrolment,
  me,
  orgId,
  paths,
  personId,
  relayId,
  siteId,
  type OrgId,
  type PersonId,
  type RelayId,
  type SiteId,
} from '@headframe/protocol'
import { beforeAll, expect, test } from 'vitest'
import { Browser, join, password, setUp } from '../test/browser.ts'
import { TestDashboard } from '../test/dashboard.ts'
import { enrolRelay, newKey, minerAt } from '../test/relay.ts'
import { siteStub } from '../test/rows.ts'

interface Place {
  readonly org: OrgId
  readonly site: SiteId
  readonly relay: RelayId
  readonly person: PersonId
}

let people: Record<'owner' | 'operator' | 'viewer' | 'siteOperator' | 'nobody' | 'stranger', Browser>
type Late = Awaited<ReturnType<typeof join>>

let here: Place
let there: Place

beforeAll(async () => {
  await reset()
  const { owner, org, site, person } = await setUp()
  const operator = await join(owner, org, { login: 'operator', role: 'operator' })
  const viewer = await join(owner, org, { login: 'viewer', role: 'viewer' })
  const siteOperator = await join(owner, org, { login: 'site-operator', role: null })
  await owner.put(paths.personRole(org, siteOperator.id), { site, role: 'operator' })
  const nobody = await join(owner, org, { login: 'nobody', role: null })
  const { relay } = await enrolRelay(await newKey())
  here = { org, site, relay, person }
  const other = createdOrg.parse((await owner.post(paths.orgs, { name: 'South Mines' })).body)
  const otherSite = createdSite.parse((await owner.post(paths.sites(other.id), { name: 'Secret' })).body)
  const stranger = await join(owner, other.id, { login: 'stranger', role: 'owner' })
  await stranger.put(paths.personRole(other.id, person), { role: null })
  const enrolling = await stranger.post(paths.enrolments(other.id), { site: otherSite.id, name: 'Other box' })
  const { code } = enrolment.parse(enrolling.body)
  const otherRelay = await enrolRelay(await newKey(), { code })
  there = { org: other.id, site: otherSite.id, relay: otherRelay.relay, person: stranger.id }
  people = { owner, operator, viewer, siteOperator, nobody, stranger }
})

const command = (kind: string, extra = {}) => ({
  command: { kind, ...extra },
  miners: [{ id: `cmd_${crypto.randomUUID().replaceAll('-', '')}`, miner: minerAt(0).id }],
})
const pools = { pools: [{ url: 'stratum+tcp://pool:3333', user: 'us' }] }

/** Everything that can be asked of an organisation or site. */
const acts: Record<string, (by: Browser, at: Place) => Promise<{ status: number; body: unknown }>> = {
  addSite: (by, { org }) => by.post(paths.sites(org), { name: 'Another' }),
  seePeople: (by, { org }) => by.get(paths.people(org)),
  addPerson: (by, { org }) =>
    by.post(paths.people(org), { name: 'N', login: `l${crypto.randomUUID()}`, password, role: 'viewer' }),
  setRole: (by, { org, person }) => by.put(paths.personRole(org, person), { role: 'owner' }),
  seeRelays: (by, { org }) => by.get(paths.relays(org)),
  enrolment: (by, { org, site }) => by.post(paths.enrolments(org), { site, name: 'Box' }),
  enrolStandby: (by, { org, site, relay }) =>
    by.post(paths.enrolments(org), { site, name: 'Second box', standbyOf: relay }),
  removeBox: (by, { org, relay }) => by.delete(paths.relayBox(org, relay, 'AAAAAAA=')),
  seeCommands: (by, { site }) => by.get(paths.commands(site)),
  locate: (by, { site }) => by.post(paths.commands(site), command('locate', { on: true })),
  reboot: (by, { site }) => by.post(paths.commands(site), command('reboot')),
  setPools: (by, { site }) => by.post(paths.commands(site), command('setPools', pools)),
  seeHistory: (by, { site }) => by.get(`${paths.history(site)}?from=0&to=60000`),
  seeNotes: (by, { site }) => by.get(paths.notes(site)),
  watch: async (by, { site }) => {
    const opened = await by.socket(paths.socket(site))
    if (!('accept' in opened)) return opened
    opened.accept()
    opened.close()
    return { status: 101, body: null }
  },
  revoke: (by, { org, relay }) => by.delete(paths.relay(org, relay)),
}

const statusesOf = async (by: Browser) => {
  const statuses: Record<string, number> = {}
  for (const [name, act] of Object.entries(acts)) statuses[name] = (await act(by, here)).status
  return statuses
}

const siteOnly = {
  seeCommands: 200,
  seeHistory: 200,
  seeNotes: 200,
  locate: 200,
  reboot: 200,
  setPools: 403,
  watch: 101,
}
const inOrgForbidden = {
  addSite: 403,
  seePeople: 403,
  addPerson: 403,
  setRole: 403,
  enrolment: 403,
  enrolStandby: 403,
  removeBox: 403,
  revoke: 403,
}

test('an operator commands, and changes neither pools nor people', async () => {
  expect(await statusesOf(people.operator)).toEqual({ ...siteOnly, ...inOrgForbidden, seeRelays: 200 })
})

test('a viewer sees, and does nothing', async () => {
  const nothing = { locate: 403, reboot: 403 }
  expect(await statusesOf(people.viewer)).toEqual({ ...siteOnly, ...nothing, ...inOrgForbidden, seeRelays: 200 })
})

test('a role at one site reaches no further', async () => {
  expect(await statusesOf(people.siteOperator)).toEqual({ ...siteOnly, ...inOrgForbidden, seeRelays: 403 })
})

test('without a role there is nothing, and without a session neither', async () => {
  const all = (status: number) => Object.fromEntries(Object.keys(acts).map(name => [name, status]))
  expect(await statusesOf(people.nobody)).toEqual(all(404))
  expect(await statusesOf(new Browser())).toEqual(all(401))
})

test('[X6] what belongs to another organisation is as absent as what never was', async () => {
  const never: Place = {
    org: orgId.parse(`org_${'0'.repeat(20)}`),
    site: siteId.parse(`site_${'0'.repeat(20)}`),
    relay: relayId.parse(`relay_${'0'.repeat(20)}`),
    person: personId.parse(`person_${'0'.repeat(20)}`),
  }
  const answers: unknown[] = []
  for (const act of Object.values(acts)) {
    for (const by of [people.owner, people.operator]) {
      const other = await act(by, there)
      const absent = await act(by, never)
      answers.push([other.status, other.body, absent.status, absent.body])
    }
  }
  const one = { error: { code: 'not-found', message: 'There is no such thing.' } }
  expect(answers).toEqual(answers.map(() => [404, one, 404, one]))
})

test("[X6] ids of one organisation do not work under another's", async () => {
  const { org, site, relay, person } = here
  const answers = [
    await people.stranger.delete(paths.relay(there.org, relay)),
    await people.stranger.post(paths.enrolments(there.org), { site, name: 'Box' }),
    await people.stranger.put(paths.personRole(there.org, person), { site, role: 'owner' }),
    await people.stranger.put(paths.personRole(there.org, there.person), { site, role: 'owner' }),
    await people.stranger.get(paths.people(org)),
  ]
  expect(answers.map(answer => answer.status)).toEqual([404, 404, 404, 404, 404])
})

test('[X6] lists and names of one organisation never reach another', async () => {
  const told = [
    await people.operator.get(paths.me),
    await people.viewer.get(paths.relays(here.org)),
    await people.owner.get(paths.people(here.org)),
  ]
  expect(JSON.stringify(told.map(answer => answer.body))).not.toMatch(
    new RegExp(['South', 'Secret', 'Other box', 'stranger', there.org, there.site, there.relay].join('|')),
  )
  const other = [await people.stranger.get(paths.me), await people.stranger.get(paths.relays(there.org))]
  expect(JSON.stringify(other.map(answer => answer.body))).not.toMatch(/North|Boden|This box/)
})

test('a role that changes counts at once for an open socket', async () => {
  const { owner, viewer } = people
  const dashboard = await TestDashboard.open(viewer, here.site)
  expect(await dashboard.next('site')).toMatchObject({ role: 'viewer' })
  const { id } = me.parse((await viewer.get(paths.me)).body)
  await owner.put(paths.personRole(here.org, id), { role: 'operator' })
  expect(await dashboard.next('site')).toMatchObject({ role: 'operator' })
  await owner.put(paths.personRole(here.org, id), { role: null })
  expect(await dashboard.wire.end()).toMatchObject({ code: 4010 })
  await owner.put(paths.personRole(here.org, id), { role: 'viewer' })
})

test.each([
  ['signs out', 4009, (late: Late) => late.post(paths.signOut)],
  ['loses the role', 4010, (late: Late) => people.owner.put(paths.personRole(here.org, late.id), { role: null })],
] as const)('closes the socket of a person who %s while it opens', async (_what, code, end) => {
  const late = await join(people.owner, here.org, { login: `late-${code}`, role: 'viewer' })
  await runInDurableObject(siteStub(here.site), actor => {
    const open = actor.fetch.bind(actor)
    Object.assign(actor, {
      fetch: async (request: Request) => {
        Object.assign(actor, { fetch: open })
        await end(late)
        return open(request)
      },
    })
  })
  const dashboard = await TestDashboard.open(late, here.site)
  expect(await dashboard.wire.end()).toMatchObject({ code })
})

test('an organisation keeps an owner, and a login is of one person', async () => {
  const { owner } = people
  expect((await owner.put(paths.personRole(here.org, here.person), { role: 'viewer' })).status).toBe(409)
  const again = await owner.post(paths.people(here.org), { name: 'N', login: 'Viewer', password, role: null })
  expect([again.status, again.body]).toMatchObject([409, { error: { field: 'login' } }])
})

test('only the owner of the installation adds organisations', async () => {
  expect((await people.stranger.post(paths.orgs, { name: 'Mine' })).status).toBe(403)
})

test('only our own pages open sockets', async () => {
  const opened = await people.owner.socket(paths.socket(here.site), { origin: 'http://evil.local' })
  expect(opened).toMatchObject({ status: 403 })
})

test('an owner may do all of it', async () => {
  const ok = {
    addSite: 201,
    seePeople: 200,
    addPerson: 201,
    setRole: 200,
    enrolment: 201,
    enrolStandby: 201,
    revoke: 200,
  }
  // There is no such box.
  const absent = { removeBox: 404 }
  expect(await statusesOf(people.owner)).toEqual({ ...siteOnly, ...ok, ...absent, setPools: 200, seeRelays: 200 })
})
