import { deflateRawSync } from 'node:zlib'
import { evictDurableObject, reset, runDurableObjectAlarm } from 'cloudflare:test'
import { closes, columns, createLeader, createTable, sameTable, writeCell, type SiteId } from '@headframe/protocol'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Browser } from '../test/browser.ts'
import { seed } from '../test/seed.ts'
import { TestDashboard } from '../test/dashboard.ts'
import { linkRelay, minerAt, relink, type Linked } from '../test/relay.ts'
import { countRows, rowsOf, siteStub } from '../test/rows.ts'

beforeEach(() => reset())
afterEach(() => void vi.useRealTimers())

const at = 1_790_000_000_000

/** Changes the table and beats until it is acknowledged. */
async function beat({ relay, leader, table }: Linked, hashrateHs: number): Promise<void> {
  writeCell(table, { column: columns.hashrateHs, slot: 0, value: hashrateHs })
  relay.frames('beat', leader.beat(table, at)!)
  const { beats } = await relay.next('durable')
  leader.acked(beats![0]!)
}

test('a reading goes from a relay to a dashboard', async () => {
  const { owner, site } = await seed()
  const linked = await linkRelay()
  const { relay, leader, table } = linked
  relay.events([{ type: 'miner', miner: minerAt(0) }], { epoch: 1, seq: 1 })
  expect(await relay.next('durable')).toEqual({ type: 'durable', events: { epoch: 1, seq: 1 } })
  await beat(linked, 95e12)

  const dashboard = await TestDashboard.open(owner, site)
  expect(await dashboard.next('site')).toMatchObject({ name: 'Boden', role: 'owner', relays: [{ silentSince: null }] })
  expect(await dashboard.next('miners')).toMatchObject({ miners: [], complete: true })
  expect([...dashboard.miners.values()]).toEqual([minerAt(0)])
  expect(await dashboard.next('commands')).toEqual({ type: 'commands', commands: [] })
  await dashboard.untilFrames(1)
  const watch = { type: 'watch', live: true, miners: [], tails: [] }
  expect(await relay.next('watch')).toEqual({ ...watch, view: { columns: [], rows: [] } })
  expect(await relay.next('watch')).toEqual({ ...watch, view: null })
  expect(sameTable(dashboard.follower.table!, table)).toBe(true)

  writeCell(table, { column: columns.hashrateHs, slot: 0, value: 50e12 })
  relay.frames('live', leader.live(table, at)!)
  await dashboard.untilFrames(2)
  expect(sameTable(dashboard.follower.table!, table)).toBe(true)
})

test('a dashboard that comes between beats starts from the live table', async () => {
  const { owner, site } = await seed()
  const linked = await linkRelay()
  await beat(linked, 95e12)
  writeCell(linked.table, { column: columns.hashrateHs, slot: 0, value: 50e12 })
  linked.relay.frames('live', linked.leader.live(linked.table, at)!)
  const dashboard = await TestDashboard.open(owner, site)
  await dashboard.untilFrames(2)
  expect(sameTable(dashboard.follower.table!, linked.table)).toBe(true)
})

test('a beat costs at most three rows, and a live frame none', async () => {
  const linked = await linkRelay()
  await beat(linked, 95e12)
  const written = await countRows(linked.enrolled.site)
  const rows: number[] = []
  for (let count = 1; count <= 12; count++) {
    await beat(linked, count * 1e12)
    rows.push(written())
  }
  expect(Math.max(...rows)).toBeLessThanOrEqual(3)
  expect(Math.min(...rows)).toBeGreaterThan(0)
  writeCell(linked.table, { column: columns.powerW, slot: 0, value: 3000 })
  linked.relay.frames('live', linked.leader.live(linked.table, at)!)
  linked.relay.events([], { epoch: 1, seq: 1 })
  await linked.relay.next('durable')
  expect(written()).toBe(0)
})

test('[S2] a beat that comes twice is acknowledged again and changes nothing', async () => {
  const linked = await linkRelay()
  const frame = linked.leader.beat(linked.table, at)!
  linked.relay.frames('beat', frame)
  const first = await linked.relay.next('durable')
  const written = await countRows(linked.enrolled.site)
  linked.relay.frames('beat', frame)
  expect(await linked.relay.next('durable')).toEqual(first)
  expect(written()).toBe(0)
})

test.each([1, 5, 6, 13])(
  'waking after %i beats finds the table, the link and the dashboards as they were',
  async count => {
    const { owner, site } = await seed()
    const linked = await linkRelay()
    linked.relay.events([{ type: 'miner', miner: minerAt(0) }], { epoch: 1, seq: 1 })
    await linked.relay.next('durable')
    for (let done = 0; done < count; done++) await beat(linked, (done + 1) * 1e12)
    const before = await TestDashboard.open(owner, site)
    await before.untilFrames(1)
    await evictDurableObject(siteStub(site), { webSockets: 'hibernate' })

    await beat(linked, 77e12)
    await before.untilFrames(2)
    expect(sameTable(before.follower.table!, linked.table)).toBe(true)
    const after = await TestDashboard.open(owner, site)
    await after.untilFrames(1)
    expect(sameTable(after.follower.table!, linked.table)).toBe(true)
  },
)

test('a link and its credit outlive many sleeps', async () => {
  const { site } = await seed()
  const { relay } = await linkRelay()
  const note = { type: 'note', level: 'info', code: 'x', text: 'y'.repeat(500) }
  const bodies = Array.from({ length: 300 }, () => note)
  for (let round = 0; round < 6; round++) {
    relay.events(bodies, { epoch: 1, seq: 1 + round * bodies.length })
    expect(await relay.next('durable')).toMatchObject({ events: { seq: (round + 1) * bodies.length } })
    await evictDurableObject(siteStub(site), { webSockets: 'hibernate' })
  }
  expect(relay.credited('events')).toBeGreaterThan(500_000)
})

test('asks for a keyframe when it cannot follow', async () => {
  const { relay, leader, table } = await linkRelay()
  leader.beat(table, at)
  leader.acked({ epoch: 1, seq: 1 })
  relay.frames('beat', leader.beat(table, at)!)
  expect(await relay.next('keyframe')).toEqual({ type: 'keyframe', cohorts: [0] })
})

test('tells a relay that comes back which beats it has', async () => {
  const linked = await linkRelay()
  await beat(linked, 95e12)
  const { welcome } = await relink(linked.key, linked.enrolled)
  expect(welcome.beats).toEqual([{ cohort: 0, epoch: 1, seq: 1 }])
})

test.each([
  ['garbage', () => new Uint8Array([1, 1, 9, 9, 9, 9])],
  ['a bomb of zeros', () => Uint8Array.of(1, 1, ...deflateRawSync(new Uint8Array(5_000_000)))],
])('[X2] closes a relay that sends %s for frames, and goes on', async (_what, bytes) => {
  const { relay, key, enrolled } = await linkRelay()
  relay.sendBytes(bytes(), 'live')
  expect(await relay.wire.end()).toMatchObject({ code: closes.badMessage.code })
  const { welcome } = await relink(key, enrolled)
  expect(welcome.beats).toEqual([])
})

test("[X6] closes a relay that sends another relay's frames", async () => {
  const first = await linkRelay()
  const second = await linkRelay()
  const leader = createLeader({ relay: first.enrolled.relay, epoch: 9, cohort: 0 })
  second.relay.frames('beat', leader.beat(createTable(8), at)!)
  expect(await second.relay.wire.end()).toMatchObject({ code: closes.badMessage.code })
})

/** Since when the one relay is silent, as a dashboard that comes now is told. */
async function silentSince({ owner, site }: { owner: Browser; site: SiteId }): Promise<number | null> {
  const dashboard = await TestDashboard.open(owner, site)
  const { relays } = await dashboard.next('site')
  return relays[0]!.silentSince
}

test('[T1] says at once since when a relay is silent that lost its link', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: at })
  const { owner, site } = await seed()
  const { relay, key, enrolled } = await linkRelay()
  const dashboard = await TestDashboard.open(owner, site)
  expect(await dashboard.next('site')).toMatchObject({ relays: [{ silentSince: null }] })
  vi.setSystemTime(at + 10_000)
  relay.wire.ws.close()
  expect(await dashboard.next('relay')).toMatchObject({ relay: { silentSince: at, lastHeardAt: at } })
  await relink(key, enrolled)
  expect(await dashboard.next('relay')).toMatchObject({ relay: { silentSince: null } })
})

test('[T1] says since when a relay is silent whose link is only still, each time', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: at })
  const mine = await seed()
  const { relay } = await linkRelay()
  expect(await silentSince(mine)).toBe(null)
  vi.setSystemTime(at + 120_000)
  await runDurableObjectAlarm(siteStub(mine.site))
  expect(await silentSince(mine)).toBe(at)
  relay.events([], { epoch: 1, seq: 1 })
  await relay.next('durable')
  expect(await silentSince(mine)).toBe(null)
  vi.setSystemTime(at + 240_000)
  await runDurableObjectAlarm(siteStub(mine.site))
  expect(await silentSince(mine)).toBe(at + 120_000)
})

test('[T1] who looks at a site learns at once that its relay is still', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: at })
  const mine = await seed()
  await linkRelay()
  vi.setSystemTime(at + 120_000)
  expect(await silentSince(mine)).toBe(at)
})

test('[T1] looking for a silent relay costs three rows in two minutes while nobody watches', async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: at })
  const mine = await seed()
  const { relay } = await linkRelay()
  const written = await countRows(mine.site)
  const pass = async (seconds: number, isHeard: boolean) => {
    for (let passed = 10; passed <= seconds; passed += 10) {
      vi.setSystemTime(Date.now() + 10_000)
      if (isHeard && passed % 60 === 30) {
        relay.events([], { epoch: 1, seq: 1 })
        await relay.next('durable')
      }
      await runDurableObjectAlarm(siteStub(mine.site))
    }
  }
  await pass(20 * 60, true)
  // Ten times: a row goes, and a row comes with its entry in an index.
  expect(written()).toBeLessThanOrEqual(10 * 3 + 1)
  await pass(4 * 60, false)
  const [row] = await rowsOf(mine.site, "SELECT state ->> 'silentSince' AS since FROM relay")
  expect(row).toEqual({ since: at + 20 * 60_000 - 30_000 })
})

test('[T1] a relay that lost its link while nobody was awake is silent', async () => {
  const { owner, site } = await seed()
  await linkRelay()
  await evictDurableObject(siteStub(site), { webSockets: 'close' })
  const dashboard = await TestDashboard.open(owner, site)
  expect(await dashboard.next('site')).toMatchObject({ relays: [{ silentSince: expect.any(Number) }] })
})
