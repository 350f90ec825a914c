import { evictDurableObject, reset } from 'cloudflare:test'
import {
  createLeader,
  createTable,
  newId,
  paths,
  relayList,
  type CommandId,
  type DownMessage,
  type RelayStatus,
  type SiteId,
} from '@headframe/protocol'
import { beforeEach, expect, test } from 'vitest'
import { random } from '../random.ts'
import type { Browser } from '../test/browser.ts'
import { TestDashboard } from '../test/dashboard.ts'
import { linkRelay, minerAt, type Key, type TestRelay } from '../test/relay.ts'
import { made, openDashboard } from '../test/mine.ts'
import { greet, linkBox, second, twoBoxes } from '../test/pair.ts'
import { countRows, siteStub } from '../test/rows.ts'

beforeEach(() => reset())

const miner = (slot: number, change = {}) => ({ type: 'miner' as const, miner: minerAt(slot, change) })

async function reboot(owner: Browser, site: SiteId, slot = 0): Promise<CommandId> {
  const id = newId('cmd', random)
  const asked = { command: { kind: 'reboot' }, miners: [{ id, miner: minerAt(slot).id }] }
  await owner.post(paths.commands(site), asked)
  return id
}

const ask = (relay: TestRelay, id: number, more: { term?: number; holds?: boolean; release?: boolean } = {}) => {
  relay.send({ type: 'lease', id, run: 1, term: 0, holds: false, release: false, ...more })
  return relay.next('lease')
}

test('a code for a standby enrols one more box of the same relay, and it can be taken away again', async () => {
  const { owner, org, site, enrolled, standbyKey, first } = await twoBoxes()
  const boxes = async () => (await (await TestDashboard.open(owner, site)).next('site')).relays[0]?.boxes
  const list = async () => relayList.parse((await owner.get(paths.relays(org))).body).relays
  const fingerprint = standbyKey.publicKey.slice(-8)
  expect(await list()).toMatchObject([{ id: enrolled.relay, standbys: [{ name: 'Second box', fingerprint }] }])
  const { relay } = await linkBox(standbyKey, enrolled, { ...second, term: null })
  expect(await boxes()).toEqual([
    { name: 'This box', linked: true, speaks: true },
    { name: 'Second box', linked: true, speaks: false },
  ])
  await owner.delete(paths.relayBox(org, enrolled.relay, fingerprint))
  expect(await boxes()).toEqual([])
  expect((await relay.wire.end()).code).toBe(4016)
  expect((await list())[0]?.standbys).toBeUndefined()
  expect(first.relay.wire.closed).toBeNull()
  const again = await greet(standbyKey, enrolled, { ...second, term: null })
  expect((await again.wire.end()).code).toBe(4002)
})

test('the first box can be taken away too, and the last one cannot', async () => {
  const { owner, org, key, enrolled, standbyKey } = await twoBoxes()
  const remove = (of: Key) => owner.delete(paths.relayBox(org, enrolled.relay, of.publicKey.slice(-8)))
  expect((await remove(key)).status).toBe(200)
  expect((await remove(standbyKey)).status).toBe(404)
  const { welcome } = await linkBox(standbyKey, enrolled, { ...second, term: 0 })
  expect(welcome.version).toBe(1)
})

test('[S4] of two boxes only the one with the highest term speaks; the other may come back and stand by', async () => {
  const { first, key, enrolled, standbyKey } = await twoBoxes()
  const { relay } = await linkBox(standbyKey, enrolled, { ...second, term: 2 })
  expect((await first.relay.wire.end()).code).toBe(4013)
  const stale = await greet(key, enrolled, { term: 1, epoch: 9 })
  expect((await stale.wire.end()).code).toBe(4013)
  const standing = await linkBox(key, enrolled, { term: null, epoch: 9 })
  standing.relay.send({ type: 'accepted', id: newId('cmd', random) })
  expect((await standing.relay.wire.end()).code).toBe(4013)
  expect(relay.wire.closed).toBeNull()
})

test('[S4] a box that stands by sends no frames, and one that has no lease at all does not speak beside another', async () => {
  const { enrolled, standbyKey } = await twoBoxes(0)
  const bare = await greet(standbyKey, enrolled, { ...second, term: 0 })
  expect((await bare.wire.end()).code).toBe(4013)
  const { relay } = await linkBox(standbyKey, enrolled, { ...second, term: null })
  relay.sendBytes(new Uint8Array([1, 1, 0]), 'live')
  expect((await relay.wire.end()).code).toBe(4013)
})

/** A relay of two boxes whose first sent rows of cohorts 0 and 1. */
async function twoCohorts() {
  const boxes = await twoBoxes()
  for (const cohort of [0, 1]) {
    const leader = createLeader({ relay: boxes.enrolled.relay, epoch: 1, cohort })
    boxes.first.relay.frames('beat', made(leader.beat(createTable(8), 1_790_000_000_000)))
    await boxes.first.relay.next('durable')
  }
  return boxes
}

test.each([
  ['without a cohort that it had', [1], [1]],
  ['with none, since it has not copied them yet,', [], [0, 1]],
] as const)('[S4] a box that takes over %s speaks for no other', async (_what, has, kept) => {
  const { owner, site, first, enrolled, standbyKey } = await twoCohorts()
  const dashboard = await openDashboard({ owner, site })
  const idle = await linkBox(standbyKey, enrolled, { ...second, term: null, cohorts: [] })
  expect(idle.welcome.beats.map(({ cohort }) => cohort)).toEqual([0, 1])
  first.relay.wire.ws.close()
  const written = await countRows(site)
  const { welcome } = await linkBox(standbyKey, enrolled, { ...second, term: 2, cohorts: has })
  expect(welcome.beats.map(({ cohort }) => cohort)).toEqual(kept)
  expect(written()).toBeLessThan(10)
  await evictDurableObject(siteStub(site), { webSockets: 'hibernate' })
  const again = await linkBox(standbyKey, enrolled, { ...second, term: 2, cohorts: has })
  expect(again.welcome.beats.map(({ cohort }) => cohort)).toEqual(kept)
  // Who looks starts over without them.
  if (kept.length === 1) expect((await dashboard.next('site')).type).toBe('site')
})

test('[S4] a box that was not set up as one of two is told so, when the other has a lease', async () => {
  const { first, enrolled, standbyKey } = await twoBoxes()
  const bare = await greet(standbyKey, enrolled, { ...second, term: 0 })
  const { code, reason } = await bare.wire.end()
  expect([code, reason]).toEqual([4014, expect.stringContaining('relay.json')])
  expect(first.relay.wire.closed).toBeNull()
})

test('[S8] [C2] at a takeover what was sent ends unknown, and what was not goes to the box that took over', async () => {
  const { owner, site, first, enrolled, standbyKey } = await twoBoxes()
  first.relay.events([miner(0)], { epoch: 1, seq: 1 })
  await first.relay.next('durable')
  const sent = await reboot(owner, site)
  await first.relay.next('command')
  first.relay.wire.ws.close()
  const dashboard = await TestDashboard.open(owner, site)
  const relayIs = async (test: (relay: RelayStatus) => boolean) => {
    while (!test((await dashboard.next('relay')).relay)) continue
  }
  const queued = reboot(owner, site)
  const { relay } = await linkBox(standbyKey, enrolled, { ...second, term: 2 })
  const { order } = await relay.next('command')
  expect(order.id).toBe(await queued)
  const list = (await owner.get(paths.commands(site))).body
  expect(list).toMatchObject({
    commands: [
      { id: order.id, state: 'sent' },
      { id: sent, state: 'unknown', outcome: { code: 'interrupted' } },
    ],
  })
  await relayIs(({ boxes }) => boxes.some(box => box.name === 'Second box' && box.speaks))
})

test('[S3] each box goes on at its own place: what the one of before still tells is taken, once', async () => {
  const { owner, site, first, key, enrolled, standbyKey } = await twoBoxes()
  first.relay.events([miner(0)], { epoch: 1, seq: 1 })
  await first.relay.next('durable')
  const sent = await reboot(owner, site)
  await first.relay.next('command')
  const { relay, welcome } = await linkBox(standbyKey, enrolled, { ...second, term: 2 })
  expect([welcome.events, welcome.epoch]).toEqual([{ epoch: 0, seq: 0 }, 1])
  relay.events([miner(0, { hostname: 'new' })], { epoch: 5, seq: 1 })
  expect((await relay.next('durable')).events).toEqual({ epoch: 5, seq: 1 })
  const late = await linkBox(key, enrolled, { term: null, epoch: 6 })
  expect([late.welcome.events, late.welcome.epoch]).toEqual([{ epoch: 1, seq: 1 }, 5])
  const result = { id: sent, miner: minerAt(0).id, startedAt: 1, endedAt: 2 }
  const outcome = { kind: 'done' as const, code: null, text: '', observed: {} }
  late.relay.events([miner(0, { hostname: 'old' }), { type: 'result', result: { ...result, outcome } }], {
    epoch: 1,
    seq: 2,
  })
  expect((await late.relay.next('durable')).events).toEqual({ epoch: 1, seq: 3 })
  relay.send({ type: 'pull', after: { revision: 0, miner: null } })
  expect((await relay.next('page')).miners.map(({ hostname }) => hostname)).toEqual(['new'])
  expect((await owner.get(paths.commands(site))).body).toMatchObject({ commands: [{ id: sent, state: 'unknown' }] })
  const back = await linkBox(key, enrolled, { term: 3, epoch: 7 })
  expect(back.welcome.events).toEqual({ epoch: 1, seq: 3 })
})

test('[S5] a box that takes over is told of an epoch of the other of which there is only history', async () => {
  const { first, enrolled, standbyKey } = await twoBoxes()
  const through = { epoch: 7, at: 1_790_000_000_000 }
  first.relay.send({ type: 'history', from: through, through, gap: null })
  await first.relay.next('durable')
  const { welcome } = await linkBox(standbyKey, enrolled, { ...second, term: 2 })
  expect([welcome.events.epoch, welcome.epoch]).toEqual([0, 7])
})

test('[S8] a site gives the lease of a relay to one box, and goes on with the one that holds it', async () => {
  const { first, enrolled, standbyKey } = await twoBoxes()
  const { relay } = await linkBox(standbyKey, enrolled, { ...second, term: null })
  expect(await ask(relay, 1)).toMatchObject({ id: 1, term: null, known: 1 })
  expect(await ask(first.relay, 7, { term: 1, holds: true })).toMatchObject({ id: 7, term: 1, ttlMs: 6000 })
  expect(await ask(relay, 2)).toMatchObject({ id: 2, term: null })
  expect(await ask(first.relay, 8, { term: 1, release: true })).toMatchObject({ id: 8, term: null })
  const { term } = await ask(relay, 3)
  expect(term).toBeGreaterThan(1)
  expect(await ask(first.relay, 9, { term: 1, holds: true })).toMatchObject({ id: 9, term: null, known: term })
})

test('a box copies the inventory in pages, in order of change, and goes on where it was', async () => {
  const { first, enrolled, standbyKey } = await twoBoxes()
  const slots = Array.from({ length: 150 }, (_, slot) => slot)
  first.relay.events(
    slots.map(slot => miner(slot)),
    { epoch: 1, seq: 1 },
  )
  await first.relay.next('durable')
  const { relay } = await linkBox(standbyKey, enrolled, { ...second, term: null })
  const pull = (after: Extract<DownMessage, { type: 'page' }>['next']) => {
    relay.send({ type: 'pull', after })
    return relay.next('page')
  }
  const one = await pull({ revision: 0, miner: null })
  const two = await pull(one.next)
  const copied = [...one.miners, ...two.miners].map(({ slot }) => slot)
  expect([one.miners.length, one.complete, one.total, copied]).toEqual([100, false, 150, slots])
  expect(await pull(two.next)).toMatchObject({ miners: [], complete: true, total: 150 })
  first.relay.events([miner(7, { hostname: 'seven' }), { type: 'minerRemoved', miner: minerAt(8).id }], {
    epoch: 1,
    seq: 151,
  })
  await first.relay.next('durable')
  const news = await pull(two.next)
  expect([news.miners.map(({ hostname }) => hostname), news.total]).toEqual([['seven'], 149])
})

test('what a box asks every few seconds reads few rows, whatever changes meanwhile', async () => {
  const { first, enrolled, standbyKey, site } = await twoBoxes()
  const told = Array.from({ length: 400 }, (_, slot) => miner(slot))
  first.relay.events(told, { epoch: 1, seq: 1 })
  await first.relay.next('durable')
  const { relay } = await linkBox(standbyKey, enrolled, { ...second, term: null })
  const pull = async (after: Extract<DownMessage, { type: 'page' }>['next']) => {
    relay.send({ type: 'pull', after })
    return relay.next('page')
  }
  let page = await pull({ revision: 0, miner: null })
  while (!page.complete) page = await pull(page.next)
  const read = await countRows(site, 'rowsRead')
  const totals: number[] = []
  for (let count = 0; count < 10; count++) {
    const change = count % 2 === 0 ? miner(count, { hostname: 'new' }) : miner(400 + count)
    first.relay.events([change, { type: 'minerRemoved', miner: minerAt(100 + (count >> 2)).id }], {
      epoch: 1,
      seq: 401 + 2 * count,
    })
    await first.relay.next('durable')
    page = await pull(page.next)
    totals.push(page.total)
  }
  expect(totals).toEqual([399, 400, 400, 401, 400, 401, 401, 402, 401, 402])
  expect(read()).toBeLessThan(200)
})

test('a relay that lost its data and kept its key copies its inventory back, though it has no standby', async () => {
  const { relay, key, enrolled } = await linkRelay()
  relay.events([miner(0)], { epoch: 1, seq: 1 })
  await relay.next('durable')
  relay.wire.ws.close()
  const wiped = await linkBox(key, enrolled, { term: null, epoch: 2 })
  wiped.relay.send({ type: 'pull', after: { revision: 0, miner: null } })
  expect((await wiped.relay.next('page')).miners.map(({ id }) => id)).toEqual([minerAt(0).id])
})
