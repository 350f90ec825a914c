import { assert, double, integer, property } from 'fast-check'
import { expect, test } from 'vitest'
import { reconnectMs, refusedMs } from './reconnect.ts'

test('waits longer with each attempt, at random below the ceiling', () => {
  const at = (attempt: number, downMs: number) => Math.round(reconnectMs({ attempt, downMs, random: 0.999_999 }))
  expect([0, 1, 2, 3, 4, 5].map(attempt => at(attempt, 10_000))).toEqual([500, 1000, 2000, 4000, 6000, 6000])
  expect(at(40, 600_000)).toBe(30_000)
})

test('never dials at once, and never waits more than half a minute', () => {
  const attempts = integer({ min: 0, max: 1000 })
  assert(
    property(attempts, integer({ min: 0 }), double({ min: 0, max: 1, noNaN: true }), (attempt, downMs, random) => {
      const waitMs = reconnectMs({ attempt, downMs, random })
      expect(waitMs).toBeGreaterThanOrEqual(50)
      expect(waitMs).toBeLessThanOrEqual(30_000)
    }),
  )
})

test('asks a control that refused about every five minutes, each relay at its own time', () => {
  expect([refusedMs(0), refusedMs(0.5), refusedMs(1)]).toEqual([240_000, 300_000, 360_000])
})
