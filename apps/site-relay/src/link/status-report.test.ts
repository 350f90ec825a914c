import type { RelayHealth } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { createStatusReport } from './status-report.ts'

const well: RelayHealth = { latePolls: 0, disk: 'ok', clock: 'plausible', historyFromAt: null }

test('tells how the relay is at once, then when it changed, and at most once a beat', () => {
  let [now, health] = [0, well]
  const report = createStatusReport({ health: () => health, everyMs: 60_000, monotonic: () => now })
  expect(report.due()).toEqual(well)
  health = { ...well, latePolls: 7 }
  now = 59_999
  expect(report.due()).toBeNull()
  now = 60_000
  expect(report.due()).toEqual(health)
  now = 120_000
  expect(report.due()).toBeNull()
  now = 180_000
  health = well
  expect(report.due()).toEqual(well)
})
