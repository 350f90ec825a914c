import { env } from 'cloudflare:workers'
import { reset, runInDurableObject } from 'cloudflare:test'
import { newId, siteId, type PersonId } from '@headframe/protocol'
import { beforeEach, expect, test } from 'vitest'
import { random } from '../random.ts'
import { Wire } from '../test/relay.ts'
import { DashboardSet, type DashboardDeps } from './dashboard-set.ts'
import type { NextChunk } from './inventory.ts'
import { closeSeat } from './seat.ts'

beforeEach(() => reset())

const site = siteId.parse('site_AAAAAAAAAAAA')
const people = Array.from({ length: 20 }, () => newId('person', random))

/** Opens dashboards at a set that has nothing to show, and closes those that are still open; the codes that each was closed with. */
async function codesOf(owners: readonly PersonId[]): Promise<readonly number[]> {
  return runInDurableObject(env.SITE.getByName(`site:${site}`), async (_actor, state) => {
    const dashboards = new DashboardSet({ now: () => 0, sockets: () => [], unsureUpTo: 0, source })
    const wires = owners.map(person => {
      const { 0: client, 1: server } = new WebSocketPair()
      state.acceptWebSocket(server)
      dashboards.open(server, grantOf(person))
      return new Wire(client)
    })
    for (const dashboard of dashboards.all()) dashboards.close(dashboard, 'signedOut')
    const ends = await Promise.all(wires.map(wire => wire.end()))
    return ends.map(({ code }) => code)
  })
}

const grantOf = (person: PersonId) =>
  ({ person, session: '', role: 'owner', name: '', siteName: '', viewer: '' }) as const

const source: DashboardDeps['source'] = {
  site: () => ({ type: 'site', site, name: '', role: 'owner', now: 0, relays: [] }),
  cohorts: () => [],
  frames: () => ({ messages: [], fresh: false }),
  inventory: () => null,
  firstRelay: () => null,
  recentCommands: () => [],
  commands: () => [],
  finished: () => {},
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

test('[S7] one that leaves while it waits for its copy takes no turn: the next one has it', async () => {
  const sizes = await runInDurableObject(env.SITE.getByName(`site:${site}`), async (_actor, state) => {
    const inventory = chunksForever(1000)
    const dashboards = new DashboardSet({
      now: () => 0,
      sockets: () => [],
      unsureUpTo: 0,
      source: { ...source, inventory },
    })
    const opened = Array.from({ length: 18 }, (_, index) => {
      const { 0: client, 1: server } = new WebSocketPair()
      state.acceptWebSocket(server)
      dashboards.open(server, grantOf(people[index % people.length]!))
      return { server, wire: new Wire(client) }
    })
    const [first, leaving] = [opened[0]!.server, opened[16]!.server]
    // Nobody was told of it yet.
    leaving.close(1000, 'left')
    dashboards.forget(first)
    for (const { server } of opened) if (server !== leaving) closeSeat(server, 'signedOut')
    await Promise.all(opened.map(({ wire }) => wire.end()))
    return opened.map(({ wire }) => wire.inbox.length)
  })
  expect([sizes[15], sizes[16], sizes[17]]).toEqual([8, 1, 9])
})

test('[S7] 16 that take nothing keep nobody waiting for more than two seconds, with no relay there', async () => {
  const told = await runInDurableObject(env.SITE.getByName(`site:${site}`), async (_actor, state) => {
    let now = 5000
    const inventory = chunksForever(1000)
    const dashboards = new DashboardSet({
      now: () => now,
      sockets: () => [],
      unsureUpTo: 0,
      source: { ...source, inventory },
    })
    const opened = Array.from({ length: 17 }, (_, index) => {
      const { 0: client, 1: server } = new WebSocketPair()
      state.acceptWebSocket(server)
      dashboards.open(server, grantOf(people[index]!))
      return { server, wire: new Wire(client) }
    })
    const waits = [dashboards.nextTurnAt(), dashboards.closeStalled()]
    now += 2000
    waits.push(dashboards.closeStalled(), dashboards.nextTurnAt())
    for (const { server } of opened) closeSeat(server, 'signedOut')
    await Promise.all(opened.map(({ wire }) => wire.end()))
    return { waits, last: opened[16]!.wire.inbox.length }
  })
  expect(told).toEqual({ waits: [7000, 7000, 35_000, null], last: 9 })
})

test('[S7] 2,000 that wait have their copies one after another, once all of it is made', async () => {
  const sizes = await runInDurableObject(env.SITE.getByName(`site:${site}`), async (_actor, state) => {
    const dashboards = new DashboardSet({
      now: () => 0,
      sockets: () => [],
      unsureUpTo: 0,
      source: { ...source, inventory: oneChunk() },
    })
    const opened = Array.from({ length: 2000 }, (_, index) => {
      const { 0: client, 1: server } = new WebSocketPair()
      state.acceptWebSocket(server)
      dashboards.open(server, grantOf(people[index % people.length]!))
      return { server, wire: new Wire(client) }
    })
    const first = dashboards.find(opened[0]!.server)!
    dashboards.read(first, JSON.stringify({ type: 'ack', received: first.seat.sent }))
    for (const { server } of opened) closeSeat(server, 'signedOut')
    await Promise.all(opened.map(({ wire }) => wire.end()))
    return opened.map(({ wire }) => wire.inbox.length)
  })
  expect(sizes).toEqual([
    ...Array.from({ length: 16 }, (_, index) => (index === 0 ? 3 : 2)),
    ...Array.from({ length: 1984 }, () => 4),
  ])
})

/** All of an inventory, new to the first 16 who ask for it. */
function oneChunk(): DashboardDeps['source']['inventory'] {
  const message = new Uint8Array(100)
  let asked = 0
  return after => (after === null ? { message, last: { relay: 'relay', miner: 'miner' }, fresh: asked++ < 16 } : null)
}

/** A made chunk after every place; throws at whoever asks without end. */
function chunksForever(most: number): () => NextChunk {
  const message = new Uint8Array(40_000)
  let asked = 0
  return () => {
    if (asked++ > most) throw new Error('asked without end')
    return { message, last: { relay: 'relay', miner: 'miner' }, fresh: false }
  }
}
