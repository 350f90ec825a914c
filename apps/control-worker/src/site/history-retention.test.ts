import { reset, runDurableObjectAlarm, runInDurableObject } from 'cloudflare:test'
import { paths } from '@headframe/protocol'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { at, beat, mark, minutesOf } from '../test/history.ts'
import { linkRelay } from '../test/relay.ts'
import { rowsOf, siteStub } from '../test/rows.ts'
import { seed } from '../test/seed.ts'

beforeEach(async () => {
  await reset()
  vi.useFakeTimers({ toFake: ['Date'], now: at })
})
afterEach(() => void vi.useRealTimers())

test('old history is deleted in steps, and what is young stays', async () => {
  const { site } = await seed()
  const linked = await linkRelay()
  for (let n = 0; n < 50; n++) linked.relay.history(minutesOf(linked, [n - 100]))
  await mark(linked, [-101, -51])
  vi.setSystemTime(at + 9 * 86_400_000)
  linked.relay.history(minutesOf(linked, [-20]))
  await mark(linked, [-51, -20])
  const counts: unknown[] = []
  for (let step = 0; step < 3; step++) {
    await runDurableObjectAlarm(siteStub(site))
    counts.push(...(await rowsOf(site, 'SELECT count(*) AS left FROM backfill')))
    vi.setSystemTime(Date.now() + 2000)
  }
  expect(counts).toEqual([{ left: 31 }, { left: 11 }, { left: 1 }])
})

test('history whose end is never told is deleted as well', async () => {
  const { site } = await seed()
  const linked = await linkRelay()
  linked.relay.history(minutesOf(linked, [-100]))
  linked.relay.events([], { epoch: 1, seq: 1 })
  await linked.relay.next('durable')
  vi.setSystemTime(at + 9 * 86_400_000)
  await runDurableObjectAlarm(siteStub(site))
  expect(await rowsOf(site, 'SELECT count(*) AS left FROM backfill')).toEqual([{ left: 0 }])
})

test('minutes and gaps are deleted when they are old, long after the last that came', async () => {
  const { site } = await seed()
  const linked = await linkRelay()
  linked.relay.history(minutesOf(linked, [-100]))
  await mark(linked, [-101, -100])
  await mark(linked, [-100, -20], 'budget')
  const left = () =>
    rowsOf(
      site,
      `SELECT (SELECT count(*) FROM backfill) AS messages, (SELECT count(*) FROM backfill_minute) AS minutes,
        (SELECT count(*) FROM history_gap) AS gaps`,
    )
  const seen: unknown[] = []
  for (const day of [1, 9, 15, 17]) {
    vi.setSystemTime(at + day * 86_400_000)
    await runDurableObjectAlarm(siteStub(site))
    seen.push(...(await left()))
  }
  expect(seen).toEqual([
    { messages: 1, minutes: 1, gaps: 1 },
    { messages: 0, minutes: 1, gaps: 1 },
    { messages: 0, minutes: 1, gaps: 1 },
    { messages: 0, minutes: 0, gaps: 0 },
  ])
})

test('gaps of relays that are gone are deleted in steps', async () => {
  const { owner, org, site } = await seed()
  const linked = await linkRelay()
  await beat(linked, 0)
  await runInDurableObject(siteStub(site), (_actor, { storage }) => {
    for (let n = 0; n < 450; n++) {
      storage.sql.exec("INSERT INTO history_gap (ring, fromAt, toAt, reason) VALUES (1, ?, ?, 'disk')", at + n, at + n)
    }
  })
  await owner.delete(paths.relay(org, linked.enrolled.relay))
  const counts: unknown[] = []
  for (let step = 0; step < 3; step++) {
    await runDurableObjectAlarm(siteStub(site))
    counts.push(...(await rowsOf(site, 'SELECT count(*) AS left FROM history_gap')))
    vi.setSystemTime(Date.now() + 2000)
  }
  expect(counts).toEqual([{ left: 250 }, { left: 50 }, { left: 0 }])
})

test('what a revoked relay kept is deleted, and its place is not given to another at once', async () => {
  const { owner, org, site } = await seed()
  const linked = await linkRelay()
  await beat(linked, 0)
  await owner.delete(paths.relay(org, linked.enrolled.relay))
  const next = await linkRelay()
  await beat(next, 1)
  const ids = await rowsOf(site, 'SELECT id >> 20 AS ring FROM beat_ring ORDER BY id')
  expect(ids).toEqual([{ ring: 1 }, { ring: 2 }])
  await runDurableObjectAlarm(siteStub(site))
  expect(await rowsOf(site, 'SELECT id >> 20 AS ring FROM beat_ring')).toEqual([{ ring: 2 }])
})
