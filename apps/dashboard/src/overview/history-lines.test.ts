import type { HistoryGap } from '@headframe/protocol'
import { array, assert, integer, option, property, record } from 'fast-check'
import { expect, test } from 'vitest'
import { relay } from '../../dev/generated-fleet.ts'
import { missingIn, partsOf, pathOf, ticksOf, topOf } from './history-lines.ts'

const gap = (fromAt: number, toAt: number): HistoryGap => ({ relay: relay.id, fromAt, toAt, reason: 'stopped' })
const values = (...ats: number[]) => ats.map(at => ({ at, value: at }))
const atsOf = ({ whole, partial }: ReturnType<typeof partsOf>) =>
  [whole, partial].map(parts => parts.map(part => part.map(value => value.at)))

test('[S5] a line stops where a gap begins and goes on where it ends', () => {
  expect(atsOf(partsOf(values(10, 20, 40, 50), { gaps: [gap(20, 40)], stepMs: 10 }))).toEqual([
    [
      [10, 20],
      [40, 50],
    ],
    [],
  ])
})

test('[S5] what other relays told in a gap of one is drawn, apart from sums of all', () => {
  expect(atsOf(partsOf(values(10, 20, 30, 40, 50, 60), { gaps: [gap(25, 55)], stepMs: 10 }))).toEqual([
    [
      [10, 20],
      [50, 60],
    ],
    [[30, 40]],
  ])
})

test('a gap that holds no whole step takes no part of its relay out of a sum', () => {
  expect(atsOf(partsOf(values(10, 20, 30), { gaps: [gap(12, 28)], stepMs: 10 }))).toEqual([[[10, 20, 30]], []])
})

test('the last point is of a moment: a gap up to it is in it', () => {
  const points = values(10, 20, 30, 34)
  expect(points.map(({ at }) => missingIn(at, { points, gaps: [gap(15, 35)], stepMs: 10 }).length)).toEqual([
    0, 1, 1, 1,
  ])
})

test('[S5] nor does it go on over missing points, or over values that are not known', () => {
  const known = [...values(10, 20, 50), { at: 60, value: null }, ...values(70)]
  expect(atsOf(partsOf(known, { gaps: [], stepMs: 10 }))).toEqual([[[10, 20], [50], [70]], []])
})

test('[S5] each known value is in one part, and no part goes over a step of a gap that has no point', () => {
  const moment = integer({ min: 0, max: 20 })
  const value = record({ at: moment, value: option(moment) })
  const gaps = array(record({ from: integer({ min: 0, max: 200 }), length: integer({ min: 1, max: 60 }) }), {
    maxLength: 4,
  })
  assert(
    property(array(value), gaps, (made, made2) => {
      const spans = made2.map(({ from, length }) => gap(from, from + length))
      const sorted = made.map(one => ({ ...one, at: one.at * 10 })).toSorted((a, b) => a.at - b.at)
      const curve = { points: sorted, gaps: spans, stepMs: 10 }
      const { whole, partial } = partsOf(sorted, curve)
      const isPartial = ({ at }: { at: number }) => missingIn(at, curve).length > 0
      const known = sorted.filter(one => one.value !== null)
      expect(whole.flat()).toEqual(known.filter(one => !isPartial(one)))
      expect(partial.flat()).toEqual(known.filter(isPartial))
      const steps = [...whole, ...partial].flatMap(part => part.slice(1).map(({ at }, place) => [part[place]!.at, at]))
      const empty = steps.filter(
        ([from = 0, to = 0]) => to - from > 10 && spans.some(gap => gap.fromAt < to && gap.toAt > from + 10),
      )
      expect(empty).toEqual([])
    }),
  )
})

test('a path is as wide as its span and as high as its top', () => {
  const frame = { fromAt: 0, toAt: 100, top: 200 }
  expect(pathOf([values(0, 50), values(100)], frame)).toBe('M0.0 100.00L500.0 75.00M1000.0 50.00h0.01')
})

test.each([
  { values: [null, 3], top: 4 },
  { values: [9.9], top: 12 },
  { values: [0, null], top: 1 },
  { values: [1.9e17, 2.2e17], top: 2.4e17 },
])('$top is a round number above $values', ({ values, top }) => {
  expect(topOf(values)).toBeCloseTo(top, -3)
})

test('a day is marked every four hours, a week every midnight', () => {
  const noon = new Date(2026, 10, 20, 12, 30).getTime()
  const day = ticksOf({ fromAt: noon - 86_400_000, toAt: noon }).map(at => new Date(at).getHours())
  const week = ticksOf({ fromAt: noon - 7 * 86_400_000, toAt: noon }).map(at => new Date(at).getHours())
  expect([day, week]).toEqual([
    [16, 20, 0, 4, 8, 12],
    [0, 0, 0, 0, 0, 0, 0],
  ])
})
