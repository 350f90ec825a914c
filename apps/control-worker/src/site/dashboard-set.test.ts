import { env } from 'cloudflare:workers'
import { reset, runInDurableObject } from 'cloudflare:test'
import { newId, siteId, type PersonId } from '@headframe/protocol'
import { beforeEach, expect, test } from 'vitest'
import { random } from '../random.ts'
import { Wire } from '../test/relay.ts'
import { DashboardSet, type DashboardDeps } from './dashboard-set.ts'

beforeEach(() => reset())

const site = siteId.parse('site_AAAAAAAAAAAA')
const people = Array.from({ length: 20 }, () => newId('person', random))

/** Opens dashboards at a set that has nothing to show, and closes those that are still open; the codes that each was closed with. */
async function codesOf(owners: readonly PersonId[]): Promise<readonly number[]> {
  return runInDurableObject(env.SITE.getByName(`site:${site}`), async (_actor, state) => {
    const dashboards = new DashboardSet({ now: () => 0, sockets: () => [], source })
    const wires = owners.map(person => {
      const { 0: client, 1: server } = new WebSocketPair()
      state.acceptWebSocket(server)
      dashboards.open(server, { person, session: '', role: 'owner', name: '', siteName: '', viewer: '' })
      return new Wire(client)
    })
    for (const dashboard of dashboards.all()) dashboards.close(dashboard, 'signedOut')
    const ends = await Promise.all(wires.map(wire => wire.end()))
    return ends.map(({ code }) => code)
  })
}

const source: DashboardDeps['source'] = {
  site: () => ({ type: 'site', site, name: '', role: 'owner', now: 0, relays: [] }),
  cohorts: () => [],
  frames: () => ({ messages: [], fresh: false }),
  inventory: () => null,
  firstRelay: () => null,
  recentCommands: () => [],
  commands: () => [],
}

test('[S7] a person may have 128 dashboards open', async () => {
  const [first, second] = [people[0]!, people[1]!]
  const codes = await codesOf([...Array.from({ length: 129 }, () => first), second])
  expect(codes).toEqual([...Array.from({ length: 128 }, () => 4009), 4012, 4009])
})

test('[S7] a site may have 2,000 dashboards open', async () => {
  const codes = await codesOf(Array.from({ length: 2001 }, (_, index) => people[index % people.length]!))
  expect(codes).toEqual([...Array.from({ length: 2000 }, () => 4009), 4012])
})
