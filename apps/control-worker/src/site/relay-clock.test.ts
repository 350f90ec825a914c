import { expect, test } from 'vitest'
import { clockOfBeat, clockOfHello } from './relay-clock.ts'

const now = 1_790_000_000_000
/** Beats whose time is so far ahead of ours. */
const after = (...ahead: readonly number[]) =>
  ahead.reduce((clock, ms) => clockOfBeat(clock, { at: now + ms, now }), clockOfHello(now, now)).clockOffsetMs

test('what a message takes on its way is no difference of clocks', () => {
  expect([-2000, 2000].map(ms => clockOfHello(now + ms, now).clockOffsetMs)).toEqual([0, 0])
  expect([-2001, 2001].map(ms => clockOfHello(now + ms, now).clockOffsetMs)).toEqual([-2001, 2001])
})

test('[T3] a clock that goes forward is followed with the first beat', () => {
  expect(after(0, 3_600_000)).toBe(3_600_000)
})

test('[T3] a clock that goes back is followed with the second beat', () => {
  expect(after(-3_600_000)).toBe(0)
  expect(after(-3_600_000, -3_600_000)).toBe(-3_600_000)
})

test('one beat that was long on its way changes nothing', () => {
  expect(after(0, -90_000, 0, -90_000, 0)).toBe(0)
})

test('a difference is followed when it drifts by more than five seconds, and forgotten when it is gone', () => {
  expect(after(4900, 4900)).toBe(0)
  expect(after(5100)).toBe(5100)
  expect(after(5100, 9000)).toBe(5100)
  expect(after(5100, 50, 50)).toBe(0)
})
