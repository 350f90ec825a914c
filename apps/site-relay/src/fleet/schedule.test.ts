import { array, assert, constantFrom, integer, property, record } from 'fast-check'
import { expect, test } from 'vitest'
import { idOf } from './builders.ts'
import { createSchedule, type PollEnd } from './schedule.ts'

const everyMs = 30_000
const floorMs = 2000
const timing = { everyMs, floorMs, random: () => 0.5 }
const ids = (count: number) => Array.from({ length: count }, (_, n) => idOf(n))
const minersOf = (due: readonly { readonly miner: string }[]) => due.map(each => each.miner)

test('looks at all miners soon after a start, in slot order', () => {
  const schedule = createSchedule(timing)
  schedule.plan(ids(10), 0)
  expect(minersOf(schedule.take(2500, 100))).toEqual(ids(6))
  expect(minersOf(schedule.take(5000, 100))).toEqual(ids(10).slice(6))
})

test('skips a beat while a poll is out', () => {
  const schedule = createSchedule(timing)
  schedule.plan(ids(1), 0)
  schedule.take(0, 1)
  expect(schedule.take(90_000, 1)).toEqual([])
  schedule.ended(idOf(0), 'answered', 90_000)
  expect(minersOf(schedule.take(90_000, 1))).toEqual([idOf(0)])
})

test('spreads miners over the interval once all have answered', () => {
  const schedule = createSchedule(timing)
  schedule.plan(ids(30), 0)
  for (const { miner } of schedule.take(5000, 100)) schedule.ended(miner, 'answered', 5000)
  const perSecond = Array.from({ length: 30 }, (_, second) => schedule.take(20_000 + second * 1000, 100).length)
  expect(perSecond).toEqual(Array.from({ length: 30 }, () => 1))
})

test('takes the longest waiting first, and no more than are free', () => {
  const schedule = createSchedule(timing)
  schedule.plan(ids(10), 0)
  expect(minersOf(schedule.take(5000, 3))).toEqual(ids(3))
})

test('looks again soon after one lost answer, and backs off from a dead miner', () => {
  const schedule = createSchedule(timing)
  schedule.plan(ids(1), 0)
  const waits: number[] = []
  let now = 0
  for (let failures = 0; failures < 6; failures += 1) {
    expect(schedule.take(now, 1)).toEqual([{ miner: idOf(0), failures }])
    schedule.ended(idOf(0), 'failed', now)
    const from = now
    while (schedule.take(now, 1).length === 0) now += 100
    schedule.ended(idOf(0), 'again', now)
    waits.push(now - from)
    now += 2000
  }
  expect(waits).toEqual([2000, 30_000, 60_000, 120_000, 240_000, 300_000])
})

test('polls a watched miner at the floor, and never faster', () => {
  const schedule = createSchedule(timing)
  schedule.plan(ids(2), 0)
  for (const { miner } of schedule.take(5000, 2)) schedule.ended(miner, 'answered', 5000)
  schedule.watch(new Set([idOf(1)]), 5100)
  const times = Array.from({ length: 100 }, (_, tick) => 5100 + tick * 100).filter(now => {
    const due = minersOf(schedule.take(now, 2))
    if (due.includes(idOf(1))) schedule.ended(idOf(1), 'answered', now + 50)
    return due.includes(idOf(1))
  })
  expect(times).toEqual([7000, 9000, 11_000, 13_000, 15_000])
})

test('counts polls that are late by more than an interval', () => {
  const schedule = createSchedule(timing)
  schedule.plan(ids(4), 0)
  expect(schedule.late(30_000)).toBe(0)
  expect(schedule.late(40_000)).toBe(4)
})

test('no miner is polled twice at once or faster than the floor, and none that answers is forgotten', () => {
  const step = record({
    waitMs: integer({ min: 1, max: 3000 }),
    free: integer({ min: 0, max: 8 }),
    end: constantFrom<PollEnd>('answered', 'failed', 'again'),
    watched: integer({ min: 0, max: 7 }),
  })
  assert(
    property(array(step, { maxLength: 300 }), steps => {
      const schedule = createSchedule(timing)
      const [out, last] = [new Set<string>(), new Map<string, number>()]
      let now = 0
      schedule.plan(ids(8), now)
      for (const { waitMs, free, end, watched } of steps) {
        now += waitMs
        schedule.watch(new Set([idOf(watched)]), now)
        for (const { miner } of schedule.take(now, free)) {
          expect(out.has(miner)).toBe(false)
          expect(now - (last.get(miner) ?? -Infinity)).toBeGreaterThanOrEqual(floorMs)
          out.add(miner)
          last.set(miner, now)
        }
        const [first] = ids(8).filter(id => out.has(id))
        if (first) {
          out.delete(first)
          schedule.ended(first, end, now)
        }
      }
      for (const id of ids(8).filter(each => out.has(each))) schedule.ended(id, 'answered', now)
      const due = new Set(minersOf([...schedule.take(now + 375_000, 100)]))
      expect(due.size).toBe(8)
    }),
  )
})
