import { expect, test } from 'vitest'
import { clockQualityOf } from './clock-quality.ts'

const at2026 = Date.UTC(2026, 10, 20)

test.each([
  { says: 'plausible', now: at2026, newestAt: null, isSynchronised: false },
  { says: 'plausible', now: at2026, newestAt: at2026, isSynchronised: false },
  { says: 'synchronised', now: at2026, newestAt: at2026 + 1, isSynchronised: true },
  { says: 'wrong', now: at2026, newestAt: at2026 + 1, isSynchronised: false },
  { says: 'wrong', now: 60_000, newestAt: null, isSynchronised: true },
])('[T3] a clock is $says: $now after $newestAt, vouched for: $isSynchronised', ({ says, ...signs }) => {
  expect(clockQualityOf(signs)).toBe(says)
})
