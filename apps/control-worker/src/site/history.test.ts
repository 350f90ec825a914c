import { reset } from 'cloudflare:test'
import { closes, paths, siteHistory, type SiteHistory, type SiteId } from '@headframe/protocol'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Browser } from '../test/browser.ts'
import { at, beat, fill, mark, minute, minutesOf, moment } from '../test/history.ts'
import { linkRelay, relink, type Linked } from '../test/relay.ts'
import { countRows, rowsOf } from '../test/rows.ts'
import { seed } from '../test/seed.ts'

beforeEach(async () => {
  await reset()
  vi.useFakeTimers({ toFake: ['Date'], now: at })
})
afterEach(() => void vi.useRealTimers())

async function read({ owner, site }: { owner: Browser; site: SiteId }, from: number, to: number) {
  const answer = await owner.get(`${paths.history(site)}?from=${minute(from)}&to=${minute(to)}`)
  return siteHistory.parse(answer.body)
}

const minutesIn = ({ points }: SiteHistory) => points.map(point => Math.round((point.at - minute(0)) / 60_000))

test('a beat is a point of the history, in the same three rows', async () => {
  const { owner, site } = await seed()
  const linked = await linkRelay()
  const written = await countRows(site)
  const rows: number[] = []
  for (let n = 0; n < 130; n++) {
    await beat(linked, n, (n + 1) * 1e12)
    rows.push(written())
  }
  expect(Math.max(...rows)).toBe(3)
  const { points, stepMs } = await read({ owner, site }, 128, 140)
  expect(stepMs).toBe(60_000)
  expect(points).toEqual([
    {
      at: minute(128),
      hashrateHs: expect.closeTo(129e12, -11),
      expectedHashrateHs: null,
      powerW: expect.closeTo(3000, -1),
      miners: 1,
      hashing: 1,
      offline: 0,
    },
    {
      at: minute(129),
      hashrateHs: expect.closeTo(130e12, -11),
      expectedHashrateHs: null,
      powerW: expect.closeTo(3000, -1),
      miners: 1,
      hashing: 1,
      offline: 0,
    },
  ])
})

test('pages that ask in the same minute have one answer, until there is more', async () => {
  const { owner, site } = await seed()
  const linked = await linkRelay()
  for (let n = 0; n < 3; n++) await beat(linked, n)
  const read = await countRows(site, 'rowsRead')
  const ask = async (seconds: number) => {
    const span = `from=${minute(-60) + 1000 * seconds}&to=${minute(3) + 1000 * seconds}`
    const { body } = await owner.get(`${paths.history(site)}?${span}`)
    return [minutesIn(siteHistory.parse(body)), read() > 0]
  }
  expect([await ask(1), await ask(59)]).toEqual([
    [[0, 1, 2], true],
    [[0, 1, 2], false],
  ])
  linked.relay.history(minutesOf(linked, [-9, -8]))
  await mark(linked, [-10, -8])
  read()
  expect([await ask(2), await ask(3)]).toEqual([
    [[-9, -8, 0, 1, 2], true],
    [[-9, -8, 0, 1, 2], false],
  ])
  await beat(linked, 3)
  read()
  expect(await ask(60)).toEqual([[-9, -8, 0, 1, 2, 3], true])
})

test('[S1] history that was sent later is acknowledged once it is on disk, and shown', async () => {
  const { owner, site } = await seed()
  const linked = await linkRelay()
  expect(linked.welcome.history).toBe(null)
  linked.relay.history(minutesOf(linked, [-20, -19, -18]))
  linked.relay.history(minutesOf(linked, [-20, -19, -18], { cohort: 1, hashrateHs: 50e12 }))
  expect(await mark(linked, [-21, -18])).toEqual({ type: 'durable', history: moment(-18) })
  const { points } = await read({ owner, site }, -30, 0)
  expect(points.map(({ at: when, hashrateHs, miners }) => [when, Math.round(hashrateHs! / 1e12), miners])).toEqual([
    [minute(-20), 150, 2],
    [minute(-19), 150, 2],
    [minute(-18), 150, 2],
  ])
  const { welcome } = await relink(linked.key, linked.enrolled)
  expect(welcome.history).toEqual(moment(-18))
})

test('[S2] history that comes twice changes nothing', async () => {
  const { owner, site } = await seed()
  const linked = await linkRelay()
  const send = async () => {
    linked.relay.history(minutesOf(linked, [-5, -4]))
    return mark(linked, [-6, -4])
  }
  const first = [await send(), await read({ owner, site }, -30, 0)]
  expect([await send(), await read({ owner, site }, -30, 0)]).toEqual(first)
  expect(await rowsOf(site, 'SELECT count(*) AS count FROM backfill')).toEqual([{ count: 1 }])
})

test('[S5] what a cut leaves out is pending until it was sent, and then there or a gap with its reason', async () => {
  const { owner, site } = await seed()
  const linked = await linkRelay()
  await beat(linked, 0)
  await mark(linked, [0, 0])
  await beat(linked, 1)
  await beat(linked, 31)
  const missing = await read({ owner, site }, 0, 32)
  expect(missing.gaps).toEqual([
    { relay: linked.enrolled.relay, fromAt: minute(1), toAt: minute(31), reason: 'pending' },
  ])
  linked.relay.history(minutesOf(linked, [2, 3, 4, 5, 6, 7, 8, 9, 10]))
  expect(await mark(linked, [1, 10])).toMatchObject({ history: moment(10) })
  expect(await mark(linked, [10, 28], 'stopped')).toMatchObject({ history: moment(28) })
  linked.relay.history(minutesOf(linked, [29, 30, 31]))
  expect(await mark(linked, [28, 31])).toMatchObject({ history: moment(31) })
  const whole = await read({ owner, site }, 0, 32)
  expect(minutesIn(whole)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 29, 30, 31])
  expect(whole.gaps).toEqual([
    { relay: linked.enrolled.relay, fromAt: minute(10), toAt: minute(28), reason: 'stopped' },
  ])
  await beat(linked, 32)
  expect((await relink(linked.key, linked.enrolled)).welcome.history).toEqual(moment(32))
})

test('[S5] neighbouring gaps of one reason are one', async () => {
  const { owner, site } = await seed()
  const linked = await linkRelay()
  for (let n = 0; n < 30; n++) await mark(linked, [n - 100, n - 99], n < 20 ? 'budget' : 'disk')
  const { gaps } = await read({ owner, site }, -200, 0)
  expect(gaps.filter(gap => gap.reason !== 'pending')).toEqual([
    { relay: linked.enrolled.relay, fromAt: minute(-100), toAt: minute(-80), reason: 'budget' },
    { relay: linked.enrolled.relay, fromAt: minute(-80), toAt: minute(-70), reason: 'disk' },
  ])
})

test('[T3] the times of a relay whose clock is an hour ahead are corrected', async () => {
  const { owner, site } = await seed()
  const linked = await linkRelay()
  vi.setSystemTime(minute(0) - 3_600_000)
  fill(linked, 100e12, minute(0))
  linked.relay.frames('beat', linked.leader.beat(linked.table, minute(0))!)
  await linked.relay.next('durable')
  expect(minutesIn(await read({ owner, site }, -120, 60))).toEqual([-60])
})

test('nothing that comes later raises events, states or notes, or touches the live table', async () => {
  const { site } = await seed()
  const linked = await linkRelay()
  await beat(linked, 0)
  const told = () =>
    Promise.all(
      ['note', 'quarantine', 'gap', 'miner', 'beat_ring'].map(table => rowsOf(site, `SELECT count(*) FROM ${table}`)),
    )
  const before = await told()
  linked.relay.history(minutesOf(linked, [-5, -4], { hashrateHs: 1e12 }))
  await mark(linked, [-6, -4])
  expect(await told()).toEqual(before)
  await beat(linked, 1)
})

test.each([
  ['two cohorts', (linked: Linked) => [minutesOf(linked, [1])[0]!, minutesOf(linked, [2], { cohort: 1 })[0]!]],
  ['a difference first', (linked: Linked) => minutesOf(linked, [1, 2]).slice(1)],
  ['time that goes back', (linked: Linked) => minutesOf(linked, [2, 1])],
  ['more than two hours', (linked: Linked) => minutesOf(linked, [1, 200])],
  [
    'more minutes than a message may have',
    (linked: Linked) =>
      minutesOf(
        linked,
        Array.from({ length: 65 }, (_, n) => n),
      ),
  ],
])('[X2] closes a relay that sends %s as history', async (_what, frames) => {
  await seed()
  const linked = await linkRelay()
  linked.relay.history(frames(linked))
  expect(await linked.relay.wire.end()).toMatchObject({ code: closes.badMessage.code })
})

test('[X2] a time that ends before it begins, or is too long, is refused', async () => {
  const { owner, site } = await seed()
  for (const [from, to] of [
    [2, 1],
    [0, 16 * 1440],
  ] as const) {
    const answer = await owner.get(`${paths.history(site)}?from=${minute(from)}&to=${minute(to)}`)
    expect([answer.status, answer.body]).toMatchObject([400, { error: { field: 'to' } }])
  }
})

test('longer times have fewer points, never more than 1,500: each is the mean of its minutes', async () => {
  const { owner, site } = await seed()
  const linked = await linkRelay()
  // A quarter of an hour of the clock, and a minute of the next.
  const first = Math.ceil(minute(0) / 900_000) * 15 - minute(0) / 60_000
  for (let n = 0; n < 16; n++) await beat(linked, first + n, n < 15 ? 100e12 : 50e12)
  const seen: unknown[] = []
  for (const days of [1, 5, 15]) {
    const { points, stepMs } = await read({ owner, site }, first + 20 - 1440 * days, first + 20)
    expect((days * 86_400_000) / stepMs).toBeLessThanOrEqual(1500)
    seen.push([stepMs / 60_000, points.length, ...points.slice(-2).map(point => Math.round(point.hashrateHs! / 1e12))])
  }
  expect(seen).toEqual([
    [1, 16, 100, 50],
    [5, 4, 100, 50],
    [15, 2, 100, 50],
  ])
})
