import { evictDurableObject, reset, runDurableObjectAlarm } from 'cloudflare:test'
import {
  columns,
  dashboardStallMs,
  dashboardWindow,
  newId,
  pulse,
  sameTable,
  writeCell,
  type CapturedMessage,
  type SiteId,
} from '@headframe/protocol'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { random } from '../random.ts'
import type { Browser } from '../test/browser.ts'
import { seed } from '../test/seed.ts'
import { TestDashboard } from '../test/dashboard.ts'
import { linkRelay, minerAt, type Linked } from '../test/relay.ts'
import { siteStub, untilAcknowledged } from '../test/rows.ts'

beforeEach(() => reset())
afterEach(() => void vi.useRealTimers())

const at = 1_790_000_000_000
const session = newId('session', random)
const reading = { kind: 'reading', miner: minerAt(0).id } as const

async function openMine(miners = 1): Promise<Linked & { owner: Browser; site: SiteId }> {
  const { owner, site } = await seed()
  const linked = await linkRelay()
  for (let first = 0; first < miners; first += 500) {
    const count = Math.min(500, miners - first)
    const bodies = Array.from({ length: count }, (_, index) => ({ type: 'miner', miner: minerAt(first + index) }))
    linked.relay.events(bodies, { epoch: 1, seq: first + 1 })
    await linked.relay.next('durable')
  }
  linked.relay.frames('beat', linked.leader.beat(linked.table, at)!)
  await linked.relay.next('durable')
  linked.leader.acked({ epoch: 1, seq: 1 })
  return { ...linked, owner, site }
}

/** A dashboard that has all there is. */
async function openDashboard({ owner, site }: { owner: Browser; site: SiteId }): Promise<TestDashboard> {
  const dashboard = await TestDashboard.open(owner, site)
  await dashboard.next('commands')
  await dashboard.untilFrames(1)
  return dashboard
}

/** One live frame; each has another hashrate. */
function sendLive({ relay, leader, table }: Linked, hashrateHs: number): void {
  writeCell(table, { column: columns.hashrateHs, slot: 0, value: hashrateHs })
  relay.frames('live', leader.live(table, at)!)
}

/** Comes back when control has handled all that was sent before. */
async function settled({ relay }: Linked): Promise<void> {
  relay.events([], { epoch: 1, seq: 1 })
  await relay.next('durable')
}

test('[S7] a large site arrives in parts of at most 64 KiB, at the pace of the reader', async () => {
  const mine = await openMine(6000)
  const dashboard = await TestDashboard.open(mine.owner, mine.site)
  dashboard.acknowledges = false
  const { inbox } = dashboard.wire
  await dashboard.wire.until(() => (inbox.length >= dashboardWindow / 2 ? true : undefined))
  await settled(mine)
  expect(inbox).toHaveLength(dashboardWindow / 2)
  dashboard.acknowledges = true
  const parts = await dashboard.wire.until(() => {
    dashboard.read()
    const told = dashboard.received.flatMap(message => (message.type === 'miners' ? [message] : []))
    return told.at(-1)?.complete === true ? told : undefined
  })
  expect(Math.max(...parts.map(part => JSON.stringify(part).length))).toBeLessThanOrEqual(64 * 1024)
  expect(parts.flatMap(part => part.miners)).toEqual(Array.from({ length: 6000 }, (_, slot) => minerAt(slot)))
})

test('[S7] a dashboard that does not acknowledge gets a fresh copy instead of all that it missed', async () => {
  const mine = await openMine()
  const [slow, quick] = [await openDashboard(mine), await openDashboard(mine)]
  slow.acknowledges = false
  for (let count = 1; count <= 2 * dashboardWindow; count++) {
    sendLive(mine, count * 1e12)
    await settled(mine)
    quick.read()
  }
  await quick.untilFrames(2 * dashboardWindow + 1)
  slow.read()
  expect(slow.count).toBeLessThanOrEqual(dashboardWindow + 4)
  slow.acknowledges = true
  slow.send({ type: 'ack', received: slow.count })
  await slow.next('site')
  await slow.next('commands')
  const frames = slow.frames
  await slow.untilFrames(frames + 2)
  expect(sameTable(slow.follower.table!, mine.table)).toBe(true)
  expect(sameTable(quick.follower.table!, mine.table)).toBe(true)
})

test('[S7] a dashboard that stops reading is closed, and the others are not', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: at })
  const mine = await openMine()
  const [stopped, good] = [await openDashboard(mine), await openDashboard(mine)]
  await settled(mine)
  stopped.acknowledges = false
  sendLive(mine, 1e12)
  await good.untilFrames(2)
  await untilAcknowledged(mine.site, 1)
  vi.setSystemTime(at + dashboardStallMs)
  await runDurableObjectAlarm(siteStub(mine.site))
  expect(await stopped.wire.end()).toMatchObject({ code: 4006 })
  expect(good.wire.closed).toBe(null)
})

test('tells a dashboard that asks that it is there', async () => {
  const dashboard = await openDashboard(await openMine())
  dashboard.wire.ws.send(pulse.ask)
  expect(await dashboard.wire.until(() => dashboard.wire.inbox.find(message => message === pulse.answer))).toBe('pong')
})

test.each([
  ['no JSON', 'hello'],
  ['an unknown type', '{"type":"x"}'],
  ['an acknowledgement of what was not sent', '{"type":"ack","received":1000}'],
])('[X2] closes a dashboard that sends %s', async (_what, text) => {
  const dashboard = await openDashboard(await openMine())
  dashboard.wire.ws.send(text)
  expect(await dashboard.wire.end()).toMatchObject({ code: 4000 })
})

test('a question goes to the relay, and its answer to the one who asked', async () => {
  const mine = await openMine()
  const [asking, other] = [await openDashboard(mine), await openDashboard(mine)]
  asking.send({ type: 'ask', id: 7, ask: reading })
  const asked = await mine.relay.next('ask')
  expect(asked).toMatchObject({ id: 7, ask: reading })
  await evictDurableObject(siteStub(mine.site), { webSockets: 'hibernate' })
  mine.relay.send({ type: 'answer', viewer: asked.viewer, id: 7, answer: { kind: 'reading', reading: null } })
  expect(await asking.next('answer')).toEqual({ type: 'answer', id: 7, answer: { kind: 'reading', reading: null } })
  await settled(mine)
  other.read()
  expect(other.received.filter(message => message.type === 'answer')).toEqual([])
})

test('[T1] a question to a silent relay, or about a miner that is not there, is answered at once', async () => {
  const mine = await openMine()
  const dashboard = await openDashboard(mine)
  dashboard.send({ type: 'ask', id: 1, ask: { kind: 'reading', miner: minerAt(9).id } })
  expect(await dashboard.next('answer')).toMatchObject({ id: 1, answer: { kind: 'failed', code: 'not-found' } })
  mine.relay.wire.ws.close()
  await dashboard.next('relay')
  dashboard.send({ type: 'ask', id: 2, ask: reading })
  dashboard.send({ type: 'ask', id: 3, ask: { kind: 'sessions', limit: 10 } })
  expect(await dashboard.next('answer')).toMatchObject({ id: 2, answer: { code: 'relay-silent' } })
  expect(await dashboard.next('answer')).toMatchObject({ id: 3, answer: { code: 'relay-silent' } })
})

test('the relay knows who is watching what, as they come and go', async () => {
  const mine = await openMine()
  const [first, second] = [await openDashboard(mine), await openDashboard(mine)]
  expect(await mine.relay.next('watch')).toMatchObject({ live: true, miners: [] })
  first.send({ type: 'watch', miner: minerAt(0).id })
  expect(await mine.relay.next('watch')).toMatchObject({ live: true, miners: [minerAt(0).id] })
  second.send({ type: 'tail', filter: { text: 'submit' } })
  const { tails } = await mine.relay.next('watch')
  expect(tails).toEqual([{ viewer: expect.any(String), filter: { text: 'submit' } }])
  second.wire.ws.close()
  expect(await mine.relay.next('watch')).toMatchObject({ live: true, tails: [], view: null })
  first.wire.ws.close()
  expect(await mine.relay.next('watch')).toEqual({ type: 'watch', live: false, miners: [], tails: [], view: null })
})

test('[P2] a tail that does not keep up loses messages, and is told how many', async () => {
  const mine = await openMine()
  const dashboard = await openDashboard(mine)
  dashboard.send({ type: 'tail', filter: {} })
  await mine.relay.next('watch')
  const { tails } = await mine.relay.next('watch')
  const tail = (seq: number) =>
    mine.relay.send({ type: 'tail', viewer: tails[0]!.viewer, messages: [captured(seq)], skipped: 1 }, 'backfill')
  await settled(mine)
  dashboard.acknowledges = false
  for (let seq = 1; seq <= 100; seq++) tail(seq)
  await settled(mine)
  dashboard.acknowledges = true
  const shown = dashboard.wire.inbox.length
  dashboard.read()
  await settled(mine)
  tail(101)
  for (let told = 0; told < shown; told++) await dashboard.next('tail')
  const next = await dashboard.next('tail')
  expect([next.messages[0]!.seq, next.skipped]).toEqual([101, 1 + 2 * (100 - shown)])
})

function captured(seq: number): CapturedMessage {
  const times = { receivedAt: at, receivedUs: seq, forwardedUs: seq, latencyUs: null }
  const text = { method: null, summary: `message ${seq}`, parseError: null }
  return { seq, session, direction: 'to-pool', sizeBytes: 10, kind: 'request', ...times, ...text }
}
