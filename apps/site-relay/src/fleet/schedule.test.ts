import { expect, test } from 'vitest'
import { idOf } from './builders.ts'
import { createSchedule, type Polled, type Schedule, type ScheduleOptions } from './schedule.ts'

const everyMs = 30_000
const options: ScheduleOptions = {
  everyMs,
  random: () => 0.5,
  pollsPerSubnet: 100,
  familyOf: driver => ({ floorMs: driver === 'slow' ? 10_000 : 2000, atOnce: 100 }),
}
const ids = (count: number) => Array.from({ length: count }, (_, n) => idOf(n))
const minersOf = (due: readonly { readonly miner: string }[]) => due.map(each => each.miner)

const polled = (n: number, over: Partial<Polled> = {}): Polled => ({
  id: idOf(n),
  cohort: 0,
  slot: n,
  address: `127.0.1.${n}`,
  driver: 'quick',
  ...over,
})

function scheduleOf(count: number, over: Partial<ScheduleOptions> = {}): Schedule {
  const schedule = createSchedule({ ...options, ...over })
  for (let n = 0; n < count; n += 1) schedule.put(polled(n), 0)
  schedule.take(0, 0)
  return schedule
}

function answerAll(schedule: Schedule, now: number): void {
  for (const { miner } of schedule.take(now, 1000)) schedule.ended(miner, 'answered', now)
}

test('looks at all miners soon after a start, in slot order', () => {
  const schedule = createSchedule(options)
  for (const n of [3, 7, 0, 9, 1, 5, 8, 2, 6, 4]) schedule.put(polled(n), 0)
  schedule.take(0, 0)
  expect(minersOf(schedule.take(2500, 100))).toEqual(ids(6))
  expect(minersOf(schedule.take(5000, 100))).toEqual(ids(10).slice(6))
})

test('the first look at a large site takes no longer than an interval, and not less than it can bear', () => {
  const schedule = scheduleOf(20_000, { pollsPerSubnet: 20_000, familyOf: () => ({ floorMs: 2000, atOnce: 20_000 }) })
  expect(schedule.take(12_000, 20_000).length).toBe(10_001)
  expect(schedule.take(24_000, 20_000).length).toBe(9999)
})

test('a miner that was just read waits for its own moment in the interval', () => {
  const schedule = scheduleOf(10)
  answerAll(schedule, 5000)
  schedule.put(polled(10), 6000, true)
  expect(minersOf(schedule.take(8000, 100))).not.toContain(idOf(10))
  expect(minersOf(schedule.take(6000 + everyMs, 100))).toContain(idOf(10))
})

test('skips a beat while a poll is out', () => {
  const schedule = scheduleOf(1)
  schedule.take(0, 1)
  expect(schedule.take(90_000, 1)).toEqual([])
  schedule.ended(idOf(0), 'answered', 90_000)
  expect(minersOf(schedule.take(90_000, 1))).toEqual([idOf(0)])
})

test('spreads miners over the interval once all have answered, in slot order', () => {
  const schedule = scheduleOf(30)
  for (let now = 5000; now < 30_000; now += 1000) answerAll(schedule, now)
  const perSecond = Array.from({ length: 30 }, (_, second) => minersOf(schedule.take(30_000 + second * 1000, 100)))
  expect(perSecond).toEqual(ids(30).map(id => [id]))
})

test('while miners come one by one the others keep their moments, and all are dealt anew once no more come', () => {
  const schedule = scheduleOf(4)
  const span = (from: number) => ({ from, to: from + everyMs })
  pollsOf(schedule, idOf(3), span(0))
  expect(pollsOf(schedule, idOf(3), span(30_000))).toEqual([52_500])
  schedule.put(polled(4), 60_000, true)
  expect(pollsOf(schedule, idOf(3), span(60_000))).toEqual([82_500])
  expect(pollsOf(schedule, idOf(3), span(90_000))).toEqual([112_500])
  expect(pollsOf(schedule, idOf(3), span(120_000))).toEqual([138_000])
})

test('takes the longest waiting first, and no more than are free', () => {
  expect(minersOf(scheduleOf(10).take(5000, 3))).toEqual(ids(3))
})

test('looks again soon after one lost answer, and backs off from a dead miner', () => {
  const schedule = scheduleOf(1)
  const waits: number[] = []
  let now = 0
  for (let failures = 0; failures < 6; failures += 1) {
    expect(schedule.take(now, 1)).toEqual([{ miner: idOf(0), failures, fast: false }])
    schedule.ended(idOf(0), 'failed', now)
    const from = now
    while (schedule.take(now, 1).length === 0) now += 100
    schedule.ended(idOf(0), 'again', now)
    waits.push(now - from)
    now += 2000
  }
  expect(waits).toEqual([2000, 30_000, 60_000, 120_000, 240_000, 300_000])
})

/** When one miner is polled between two moments, looking every 100 ms; each poll takes 50 ms. */
function pollsOf(schedule: Schedule, miner: string, span: { from: number; to: number }): number[] {
  const times: number[] = []
  for (let now = span.from; now < span.to; now += 100) {
    const due = schedule.take(now, 100)
    for (const each of due) schedule.ended(each.miner, 'answered', now + 50)
    if (minersOf(due).some(each => each === miner)) times.push(now)
  }
  return times
}

test('polls a watched miner at the floor of its family, and never faster', () => {
  const schedule = scheduleOf(1)
  schedule.put(polled(1, { driver: 'slow' }), 0)
  answerAll(schedule, 5000)
  answerAll(schedule, 5500)
  schedule.watch(new Set([idOf(0), idOf(1)]), 6000)
  const span = { from: 6000, to: 36_000 }
  expect(pollsOf(schedule, idOf(0), span).slice(0, 4)).toEqual([7000, 9000, 11_000, 13_000])
})

test('polls a miner of a slow family no faster, whoever watches', () => {
  const schedule = createSchedule({ ...options, everyMs: 5000 })
  schedule.put(polled(0, { driver: 'slow' }), 0)
  schedule.watch(new Set([idOf(0)]), 0)
  expect(pollsOf(schedule, idOf(0), { from: 0, to: 35_000 })).toEqual([0, 10_000, 20_000, 30_000])
})

test('a beat as long as the floor leaves out no beat, though each poll begins a little late', () => {
  const schedule = createSchedule({ ...options, everyMs: 10_000 })
  schedule.put(polled(0, { driver: 'slow' }), 0)
  const times: number[] = []
  for (let now = 0; now < 100_000; now += 300) {
    const due = schedule.take(now, 1)
    for (const { miner } of due) schedule.ended(miner, 'answered', now + 50)
    if (due.length > 0) times.push(now)
  }
  const gaps = times.slice(1).map((time, n) => time - times[n]!)
  expect(Math.min(...gaps)).toBeGreaterThanOrEqual(10_000)
  expect(Math.max(...gaps)).toBeLessThanOrEqual(10_300)
})

test('polls a miner fast for a while after it was commanded', () => {
  const schedule = scheduleOf(1)
  answerAll(schedule, 0)
  schedule.hurry(idOf(0), 1000, 6000)
  expect(pollsOf(schedule, idOf(0), { from: 1000, to: 30_000 })).toEqual([2000, 4000, 6000, 8000])
})

test('a miner that was read outside its turn is not polled again at once, and has failed no more', () => {
  const schedule = createSchedule({ ...options, everyMs: 5000 })
  schedule.put(polled(0, { driver: 'slow' }), 0)
  schedule.take(0, 1)
  schedule.ended(idOf(0), 'failed', 0)
  schedule.wasRead(idOf(0), 9000)
  expect(schedule.take(18_900, 1)).toEqual([])
  expect(schedule.take(20_000, 1)).toEqual([{ miner: idOf(0), failures: 0, fast: false }])
})

test('counts polls that are late by more than an interval', () => {
  const schedule = scheduleOf(4)
  expect(schedule.late(30_000)).toBe(0)
  expect(schedule.late(40_000)).toBe(4)
})

test('a subnet at its budget delays no other, and each of its miners gets its turn', () => {
  const schedule = createSchedule({ ...options, pollsPerSubnet: 2 })
  for (let n = 0; n < 10; n += 1) schedule.put(polled(n), 0)
  for (let n = 10; n < 14; n += 1) schedule.put(polled(n, { address: `127.0.2.${n}` }), 0)
  schedule.take(0, 0)
  expect(minersOf(schedule.take(5000, 100))).toEqual([idOf(0), idOf(1), idOf(10), idOf(11)])
  for (let n = 2; n < 10; n += 1) {
    schedule.ended(idOf(n - 2), 'answered', 5000)
    expect(minersOf(schedule.take(5000, 100))).toEqual([idOf(n)])
  }
})

test('a family at its budget delays no other', () => {
  const schedule = createSchedule({
    ...options,
    familyOf: driver => ({ floorMs: 2000, atOnce: driver === 'slow' ? 1 : 9 }),
  })
  for (let n = 0; n < 6; n += 1) schedule.put(polled(n, { driver: n < 3 ? 'slow' : 'quick' }), 0)
  schedule.take(0, 0)
  expect(minersOf(schedule.take(5000, 100))).toEqual([idOf(0), ...ids(6).slice(3)])
  schedule.ended(idOf(0), 'answered', 5000)
  expect(minersOf(schedule.take(5000, 100))).toEqual([idOf(1)])
})

test('a place that the miner called for it leaves unused goes to the next in line', () => {
  const schedule = createSchedule({ ...options, pollsPerSubnet: 1 })
  for (let n = 0; n < 3; n += 1) schedule.put(polled(n), 0)
  expect(minersOf([...schedule.take(0, 0), ...schedule.take(5000, 9)])).toEqual([idOf(0)])
  schedule.ended(idOf(0), 'answered', 5000)
  schedule.remove(idOf(1))
  expect(minersOf(schedule.take(5000, 9))).toEqual([idOf(2)])
})

test('a miner that leaves while it is out is polled no more, unless it comes back', () => {
  const schedule = scheduleOf(2)
  schedule.take(5000, 2)
  schedule.remove(idOf(0))
  schedule.remove(idOf(1))
  schedule.put(polled(1), 5000)
  schedule.ended(idOf(0), 'answered', 5000)
  schedule.ended(idOf(1), 'answered', 5000)
  expect(minersOf(schedule.take(5000 + 2 * everyMs, 9))).toEqual([idOf(1)])
})
