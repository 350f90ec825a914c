import { expect, onTestFinished, test, vi } from 'vitest'
import { realWorld } from './world.ts'

test('what is to be done every so often ends with its signal, and does not begin under one that has ended', () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  const ending = new AbortController()
  let runs = 0
  const run = () => void (runs += 1)
  realWorld.every(10, run, ending.signal)
  vi.advanceTimersByTime(20)
  ending.abort()
  realWorld.every(10, run, ending.signal)
  vi.advanceTimersByTime(100)
  expect([runs, vi.getTimerCount()]).toEqual([2, 0])
})
