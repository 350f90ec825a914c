import { evictDurableObject, reset, runDurableObjectAlarm } from 'cloudflare:test'
import {
  dashboardStallMs,
  dashboardWindow,
  dashboardWindowBytes,
  newId,
  pulse,
  sameTable,
  type CapturedMessage,
  type DownMessage,
} from '@headframe/protocol'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { random } from '../random.ts'
import { at, openDashboard, openMine, sendLive, settled, type Mine } from '../test/mine.ts'
import { minerAt } from '../test/relay.ts'
import { siteStub, untilAcknowledged } from '../test/rows.ts'

beforeEach(() => reset())
afterEach(() => {
  vi.useRealTimers()
  return reset()
})

const session = newId('session', random)
const reading = { kind: 'reading', miner: minerAt(0).id } as const

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
  expect(slow.count).toBeLessThanOrEqual(dashboardWindow + 5)
  slow.acknowledges = true
  slow.send({ type: 'ack', received: slow.count })
  await slow.next('site')
  await slow.next('commands')
  expect(sameTable(slow.follower.table!, mine.table)).toBe(true)
  expect(sameTable(quick.follower.table!, mine.table)).toBe(true)
})

test('[S7] a dashboard that does not acknowledge costs half a megabyte, and another goes on', async () => {
  const mine = await openMine()
  const [stalled, reading] = [await openDashboard(mine), await openDashboard(mine)]
  await settled(mine)
  await untilAcknowledged(mine.site, 2)
  stalled.acknowledges = false
  for (let round = 0; round < 6; round++) {
    mine.relay.events(largeMiners(round), { epoch: 1, seq: 2 + round * 20 })
    await mine.relay.next('durable')
    await reading.next('miners')
  }
  const underWay = stalled.wire.inbox.reduce((sum, message) => sum + message.length, 0)
  expect(underWay).toBeGreaterThan(dashboardWindowBytes / 2)
  expect(underWay).toBeLessThanOrEqual(dashboardWindowBytes)
  expect(reading.miners.size).toBe(120)
  stalled.acknowledges = true
  await stalled.next('site')
  await stalled.next('commands')
  expect(stalled.miners).toEqual(reading.miners)
})

test('[S7] a dashboard that stops reading is closed, and the others are not', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const mine = await openMine()
  const [stopped, good] = [await openDashboard(mine), await openDashboard(mine)]
  await settled(mine)
  stopped.acknowledges = false
  sendLive(mine, 1e12)
  await good.untilFrames(2)
  await untilAcknowledged(mine.site, 1)
  vi.setSystemTime(Date.now() + dashboardStallMs)
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

/** The next that a relay is told of who watches, and that is so. */
async function watchWhere(
  { relay }: Mine,
  isSo: (watch: Extract<DownMessage, { type: 'watch' }>) => boolean,
): Promise<Extract<DownMessage, { type: 'watch' }>> {
  for (;;) {
    const watch = await relay.next('watch')
    if (isSo(watch)) return watch
  }
}

test('the relay knows who is watching what, as they come and go', async () => {
  const mine = await openMine()
  const [first, second] = [await openDashboard(mine), await openDashboard(mine)]
  expect(await watchWhere(mine, ({ view }) => view === null)).toMatchObject({ live: true, miners: [] })
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
  const { tails } = await watchWhere(mine, watch => watch.tails.length > 0)
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

/** Twenty miners as events of some 160 KB together. */
function largeMiners(round: number) {
  const pools = Array.from({ length: 16 }, () => ({ url: 'u'.repeat(250), user: 'w'.repeat(250) }))
  return Array.from({ length: 20 }, (_, n) => ({ type: 'miner', miner: minerAt(round * 20 + n, { pools }) }))
}
