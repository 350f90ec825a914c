import { reset } from 'cloudflare:test'
import { beforeEach, expect, test } from 'vitest'
import { seed } from '../test/seed.ts'
import { TestDashboard } from '../test/dashboard.ts'
import { linkRelay, minerAt, relink } from '../test/relay.ts'
import { rowsOf } from '../test/rows.ts'

beforeEach(() => reset())

const note = (text: string) => ({ type: 'note', level: 'info', code: 'test', text })

test('[S2] an event that comes twice happens once', async () => {
  const { relay, enrolled } = await linkRelay()
  relay.events([note('a'), note('b')], { epoch: 1, seq: 1 })
  await relay.next('durable')
  relay.events([note('a'), note('b'), note('c')], { epoch: 1, seq: 1 })
  expect(await relay.next('durable')).toEqual({ type: 'durable', events: { epoch: 1, seq: 3 } })
  expect(await rowsOf(enrolled.site, 'SELECT seq, text FROM note')).toEqual([
    { seq: 1, text: 'a' },
    { seq: 2, text: 'b' },
    { seq: 3, text: 'c' },
  ])
})

test('[S2] an event of an older epoch does not come again after a newer one', async () => {
  const { relay, enrolled } = await linkRelay()
  relay.events([note('new')], { epoch: 2, seq: 1 })
  await relay.next('durable')
  relay.events([note('old')], { epoch: 1, seq: 9 })
  expect(await relay.next('durable')).toEqual({ type: 'durable', events: { epoch: 2, seq: 1 } })
  expect(await rowsOf(enrolled.site, 'SELECT text FROM note')).toEqual([{ text: 'new' }])
})

test('[S6] a bad event is kept as it came, acknowledged and counted, and those after it go on', async () => {
  const { owner, site } = await seed()
  const { relay, enrolled } = await linkRelay()
  const dashboard = await TestDashboard.open(owner, site)
  await dashboard.next('commands')
  relay.events([{ type: 'from the future', x: 1 }, note('after')], { epoch: 1, seq: 1 })
  expect(await relay.next('durable')).toEqual({ type: 'durable', events: { epoch: 1, seq: 2 } })
  expect(await dashboard.next('relay')).toMatchObject({ relay: { id: enrolled.relay, quarantined: 1 } })
  expect(await rowsOf(site, 'SELECT epoch, seq, body FROM quarantine')).toEqual([
    { epoch: 1, seq: 1, body: '{"type":"from the future","x":1}' },
  ])
  expect(await rowsOf(site, 'SELECT text FROM note')).toEqual([{ text: 'after' }])
})

test('[S6] [X2] an event of an epoch that no relay counts to is kept as it came, and those after it go on', async () => {
  const { relay, enrolled } = await linkRelay()
  relay.events([note('far')], { epoch: 2 ** 50 + 1, seq: 1 })
  expect(await relay.next('durable')).toEqual({ type: 'durable', events: { epoch: 0, seq: 0 } })
  relay.events([note('near')], { epoch: 1, seq: 1 })
  expect(await relay.next('durable')).toEqual({ type: 'durable', events: { epoch: 1, seq: 1 } })
  expect(await rowsOf(enrolled.site, 'SELECT epoch, reason FROM quarantine')).toEqual([
    { epoch: 2 ** 50 + 1, reason: expect.stringMatching(/^epoch: /) },
  ])
  expect(await rowsOf(enrolled.site, 'SELECT text FROM note')).toEqual([{ text: 'near' }])
})

test('[S6] [X2] an event without a time, and a reading that is none, hold up nothing', async () => {
  const { relay, enrolled } = await linkRelay()
  const send = (message: object, lane: 'events' | 'live') =>
    relay.sendBytes(new TextEncoder().encode(JSON.stringify(message)), lane)
  send({ type: 'detail', miner: minerAt(1).id, reading: { fans: 'many' } }, 'live')
  send({ type: 'events', events: [{ epoch: 1, seq: 1, at: 'noon', body: note('a') }] }, 'events')
  expect(await relay.next('durable')).toEqual({ type: 'durable', events: { epoch: 1, seq: 1 } })
  expect(await rowsOf(enrolled.site, 'SELECT seq, reason FROM quarantine')).toEqual([
    { seq: 1, reason: expect.stringMatching(/^at: /) },
  ])
})

test('[S5] events that a relay lost are marked as a gap', async () => {
  const { relay, enrolled } = await linkRelay()
  relay.events([note('a')], { epoch: 1, seq: 1 })
  relay.events([note('d')], { epoch: 1, seq: 4 })
  await relay.next('durable')
  expect(await relay.next('durable')).toEqual({ type: 'durable', events: { epoch: 1, seq: 4 } })
  expect(await rowsOf(enrolled.site, 'SELECT fromSeq, toSeq FROM gap')).toEqual([{ fromSeq: 2, toSeq: 3 }])
})

test('tells a relay that comes back up to where its events are on disk', async () => {
  const { relay, key, enrolled } = await linkRelay()
  relay.events([note('a')], { epoch: 7, seq: 3 })
  await relay.next('durable')
  const { welcome } = await relink(key, enrolled)
  expect(welcome.events).toEqual({ epoch: 7, seq: 3 })
})

test('dashboards see a miner come, change and go', async () => {
  const { owner, site } = await seed()
  const { relay, enrolled } = await linkRelay()
  const dashboard = await TestDashboard.open(owner, site)
  await dashboard.next('commands')
  const changed = minerAt(1, { model: 'S21' })
  relay.events([{ type: 'miner', miner: minerAt(1) }], { epoch: 1, seq: 1 })
  const told = { type: 'miners', relay: enrolled.relay, complete: false }
  expect(await dashboard.next('miners')).toEqual({ ...told, miners: [minerAt(1)] })
  relay.events([{ type: 'miner', miner: changed }], { epoch: 1, seq: 2 })
  expect(await dashboard.next('miners')).toEqual({ ...told, miners: [changed] })
  relay.events([{ type: 'minerRemoved', miner: changed.id }], { epoch: 1, seq: 3 })
  expect(await dashboard.next('minerRemoved')).toEqual({ type: 'minerRemoved', miner: changed.id })
  const late = await TestDashboard.open(owner, site)
  expect(await late.next('miners')).toEqual({ ...told, miners: [], complete: true })
})

const miners = (...slots: readonly number[]) => slots.map(slot => ({ type: 'miner', miner: minerAt(slot) }))
const idsOf = (slots: readonly number[]) => slots.map(slot => ({ id: minerAt(slot).id }))
const ids = 'SELECT id FROM miner ORDER BY id'

test('[S5] miners that a whole inventory does not have any more are gone, and dashboards are told', async () => {
  const { owner, site } = await seed()
  const { relay } = await linkRelay()
  relay.events(miners(0, 1, 2), { epoch: 1, seq: 1 })
  await relay.next('durable')
  const dashboard = await TestDashboard.open(owner, site)
  await dashboard.next('commands')
  relay.events([...miners(0, 2), { type: 'inventory', miners: 2 }], { epoch: 2, seq: 1 })
  expect(await dashboard.next('minerRemoved')).toEqual({ type: 'minerRemoved', miner: minerAt(1).id })
  expect(await rowsOf(site, ids)).toEqual(idsOf([0, 2]))
})

test('[S6] a whole inventory of which a miner could not be read removes none', async () => {
  const { relay, enrolled } = await linkRelay()
  relay.events(miners(0, 1), { epoch: 1, seq: 1 })
  const bad = { type: 'miner', miner: { ...minerAt(1), slot: 'third' } }
  relay.events([...miners(0), bad, { type: 'inventory', miners: 2 }], { epoch: 2, seq: 1 })
  await relay.next('durable')
  await relay.next('durable')
  expect(await rowsOf(enrolled.site, ids)).toEqual(idsOf([0, 1]))
})

test('[X6] the inventory of one relay removes nothing of another', async () => {
  const first = await linkRelay()
  const second = await linkRelay()
  first.relay.events(miners(0), { epoch: 1, seq: 1 })
  await first.relay.next('durable')
  second.relay.events([...miners(1), { type: 'inventory', miners: 1 }], { epoch: 9, seq: 1 })
  await second.relay.next('durable')
  expect(await rowsOf(first.enrolled.site, ids)).toEqual(idsOf([0, 1]))
})
