import { evictDurableObject, reset, runDurableObjectAlarm } from 'cloudflare:test'
import { dashboardStallMs, dashboardWindowBytes, sameTable, type MinerInfo } from '@headframe/protocol'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { TestDashboard } from '../test/dashboard.ts'
import { at, openDashboard, openMine, sendLive, settled, type Mine } from '../test/mine.ts'
import { minerAt } from '../test/relay.ts'
import { siteStub } from '../test/rows.ts'

beforeEach(() => reset())
afterEach(() => {
  vi.useRealTimers()
  return reset()
})

/** Some 180 characters that hardly compress. */
function noisyMiner(slot: number): MinerInfo {
  let state = slot
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) | 0
    return 33 + ((state >>> 16) % 90)
  }
  return minerAt(slot, { hostname: String.fromCharCode(...Array.from({ length: 180 }, next)) })
}

const byId = (miners: Iterable<MinerInfo>) => new Map([...miners].map(miner => [miner.id, miner]))
const told = (count: number, minerOf = minerAt) => byId(Array.from({ length: count }, (_, slot) => minerOf(slot)))

const sizeOf = ({ wire }: TestDashboard) => wire.inbox.reduce((sum, message) => sum + message.length, 0)

test('[S7] a large site arrives packed, at the pace of the reader', async () => {
  const mine = await openMine(5000, noisyMiner)
  const first = await openDashboard(mine)
  expect(first.miners).toEqual(told(5000, noisyMiner))
  const slow = await TestDashboard.open(mine.owner, mine.site)
  slow.acknowledges = false
  await settled(mine)
  expect(sizeOf(slow)).toBeGreaterThan(dashboardWindowBytes / 4)
  expect(sizeOf(slow)).toBeLessThanOrEqual(dashboardWindowBytes)
  slow.acknowledges = true
  await slow.next('commands')
  expect(slow.miners).toEqual(first.miners)
  expect(sameTable(slow.follower.table!, mine.table)).toBe(true)
})

test('[S5] what changes during a copy is as it is at its end', async () => {
  const mine = await openMine(2500)
  const dashboard = await begun(mine)
  const changed = [minerAt(3, { hostname: 'changed' }), minerAt(2499, { hostname: 'changed too' }), minerAt(2500)]
  const bodies = [...changed.map(miner => ({ type: 'miner', miner })), ...removed(4, 2400)]
  mine.relay.events(bodies, { epoch: 1, seq: 2501 })
  await mine.relay.next('durable')
  sendLive(mine, 5e12)
  await settled(mine)
  dashboard.acknowledges = true
  await dashboard.next('commands')
  const wanted = told(2501)
  for (const miner of changed) wanted.set(miner.id, miner)
  for (const slot of [4, 2400]) wanted.delete(minerAt(slot).id)
  expect(dashboard.miners).toEqual(wanted)
  expect(sameTable(dashboard.follower.table!, mine.table)).toBe(true)
  expect((await openDashboard(mine)).miners).toEqual(wanted)
})

test('[S5] a beat in the middle of a copy is not missed', async () => {
  const mine = await openMine(2500)
  const dashboard = await begun(mine)
  sendLive(mine, 5e12)
  mine.relay.frames('beat', mine.leader.beat(mine.table, at)!)
  await settled(mine)
  dashboard.acknowledges = true
  await dashboard.next('commands')
  expect(sameTable(dashboard.follower.table!, mine.table)).toBe(true)
})

test('[S5] a copy goes on where it was after a sleep', async () => {
  const mine = await openMine(2500)
  const dashboard = await begun(mine)
  dashboard.acknowledges = true
  await dashboard.untilFrames(1)
  dashboard.acknowledges = false
  await settled(mine)
  await evictDurableObject(siteStub(mine.site), { webSockets: 'hibernate' })
  dashboard.acknowledges = true
  dashboard.send({ type: 'ack', received: dashboard.count })
  await dashboard.next('commands')
  expect(dashboard.miners).toEqual(told(2500))
  expect(dashboard.received.filter(message => message.type === 'site')).toEqual([])
})

test('a dashboard that acknowledges a part between two sleeps is still there', async () => {
  const mine = await openMine(2500)
  await openDashboard(mine)
  const dashboard = await begun(mine)
  await settled(mine)
  dashboard.read()
  for (const received of [1, 3, dashboard.count]) {
    await evictDurableObject(siteStub(mine.site), { webSockets: 'hibernate' })
    dashboard.send({ type: 'ack', received })
    await settled(mine)
  }
  await evictDurableObject(siteStub(mine.site), { webSockets: 'hibernate' })
  sendLive(mine, 5e12)
  await dashboard.untilFrames(2)
  expect(sameTable(dashboard.follower.table!, mine.table)).toBe(true)
})

test('[S7] of many that want a copy sixteen are served, and the next is told how many go first, and answered', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const mine = await openMine(2000, noisyMiner)
  const served: TestDashboard[] = []
  for (let count = 0; count < 16; count++) served.push(await begun(mine))
  const waiting = await TestDashboard.open(mine.owner, mine.site)
  expect(await waiting.next('wait')).toEqual({ type: 'wait', ahead: 16 })
  await settled(mine)
  expect(waiting.wire.inbox).toEqual([])
  waiting.send({ type: 'ask', id: 3, ask: { kind: 'reading', miner: minerAt(9999).id } })
  expect(await waiting.next('answer')).toMatchObject({ id: 3, answer: { code: 'not-found' } })
  served[7]!.acknowledges = true
  await served[7]!.next('commands')
  await waiting.next('commands')
  expect(waiting.miners).toEqual(told(2000, noisyMiner))
})

test('[S7] those that take nothing do not keep others waiting', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const mine = await openMine(2000, noisyMiner)
  for (let count = 0; count < 16; count++) await begun(mine)
  const waiting = await TestDashboard.open(mine.owner, mine.site)
  await waiting.next('wait')
  vi.setSystemTime(Date.now() + 2000)
  sendLive(mine, 5e12)
  await waiting.next('commands')
  expect(waiting.miners).toEqual(told(2000, noisyMiner))
})

test('[S7] one that waits in a crowd is not taken for one that stopped reading', async () => {
  vi.useFakeTimers({ toFake: ['Date'] })
  const mine = await openMine(2000, noisyMiner)
  const stopped: TestDashboard[] = []
  for (let count = 0; count < 16; count++) stopped.push(await begun(mine))
  const waiting = await begun(mine)
  vi.setSystemTime(Date.now() + dashboardStallMs)
  await runDurableObjectAlarm(siteStub(mine.site))
  const codes = await Promise.all(stopped.map(async ({ wire }) => (await wire.end()).code))
  expect(codes).toEqual(codes.map(() => 4006))
  waiting.acknowledges = true
  await waiting.next('commands')
  expect(waiting.miners).toEqual(told(2000, noisyMiner))
})

/** A dashboard whose copy began, and that acknowledges none of it. */
async function begun(mine: Mine): Promise<TestDashboard> {
  const dashboard = await TestDashboard.open(mine.owner, mine.site)
  dashboard.acknowledges = false
  await dashboard.wire.until(() => dashboard.wire.inbox.length > 0 || undefined)
  return dashboard
}

const removed = (...slots: readonly number[]) => slots.map(slot => ({ type: 'minerRemoved', miner: minerAt(slot).id }))
