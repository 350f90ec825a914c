import { expect, test } from 'vitest'
import { startedAtOf } from './started-at.ts'

test('a start stays where it was while uptimes jitter', () => {
  const startedAt = startedAtOf({ at: 1_000_000, uptimeS: 500 }, null)
  expect(startedAt).toBe(500_000)
  expect(startedAtOf({ at: 1_030_400, uptimeS: 529 }, startedAt)).toBe(500_000)
})

test('a restart moves it, and an unknown uptime makes it unknown', () => {
  expect(startedAtOf({ at: 2_000_000, uptimeS: 12 }, 500_000)).toBe(1_988_000)
  expect(startedAtOf({ at: 2_000_000, uptimeS: null }, 500_000)).toBeNull()
})
