import { expect, test } from 'vitest'
import { rangeConfig } from '../config/schema.ts'
import { createGate, createPace } from './pace.ts'
import type { ProbeResult } from './probe.ts'
import { scan, type ScanDeps } from './scan.ts'
import { targetsOf } from './targets.ts'

/** A clock that stands until somebody sleeps. */
function standing() {
  let now = 0
  return { now: () => now, sleep: async (ms: number) => void (now += ms) }
}

const range = (name: string, addresses: string) => rangeConfig.parse({ name, addresses, ports: { '80': 8080 } })
const limits = { probesPerSecond: 1000, identifiesAtOnce: 4 }

function scanning(answers: Record<string, ProbeResult[]>, over: Partial<ScanDeps> = {}) {
  const asked: string[] = []
  const deps: ScanDeps = {
    ...standing(),
    isPolled: () => false,
    probe: async ({ address }) => {
      asked.push(address)
      return answers[address]?.shift() ?? 'silent'
    },
    identify: async () => 'identified',
    ...over,
  }
  const targets = [...targetsOf([range('A', '10.0.0.1-10.0.0.4'), range('B', '10.0.1.1')])]
  const done = scan({ targets, limits, signal: new AbortController().signal }, deps)
  return { asked, done }
}

test('[X3] asks the configured addresses, those without an answer twice, and no others', async () => {
  const { asked, done } = scanning({ '10.0.0.1': ['open'], '10.0.0.2': ['closed'] })
  await done
  expect(asked).toEqual([
    '10.0.0.1',
    '10.0.0.2',
    '10.0.0.3',
    '10.0.0.4',
    '10.0.1.1',
    '10.0.0.3',
    '10.0.0.4',
    '10.0.1.1',
  ])
})

test('a report says for each range what was covered', async () => {
  const { done } = scanning({ '10.0.0.1': ['open'], '10.0.0.2': ['closed'], '10.0.0.3': ['silent', 'open'] })
  const nothing = { polled: 0, identified: 0, unknown: 0, closed: 0, silent: 0, notReached: 0 }
  expect(await done).toEqual([
    { ...nothing, range: 'A', addresses: 4, identified: 2, closed: 1, silent: 1 },
    { ...nothing, range: 'B', addresses: 1, silent: 1 },
  ])
})

test('a shortage of ours is not reached, and never silent', async () => {
  const { done } = scanning({ '10.0.1.1': ['shortage', 'shortage'], '10.0.0.1': ['shortage', 'open'] })
  const [a, b] = await done
  expect([a?.identified, a?.notReached, b?.silent, b?.notReached]).toEqual([1, 0, 0, 1])
})

test('a miner that answers its polls is not asked again', async () => {
  const { asked, done } = scanning({}, { isPolled: address => address === '10.0.1.1' })
  expect((await done)[1]).toMatchObject({ range: 'B', polled: 1 })
  expect(asked).not.toContain('10.0.1.1')
})

test('ends in the middle when it is told to', async () => {
  const ending = new AbortController()
  const probe = async (): Promise<ProbeResult> => {
    ending.abort()
    return 'open'
  }
  const targets = [...targetsOf([range('A', '10.0.0.0/16')])].slice(0, 5000)
  const deps: ScanDeps = { ...standing(), isPolled: () => false, probe, identify: async () => 'identified' }
  const [report] = await scan({ targets, limits, signal: ending.signal }, deps)
  expect(report?.notReached).toBe(5000)
})

test('keeps the rate, and catches up no more than a burst', async () => {
  const clock = standing()
  const pace = createPace(100, clock)
  const { signal } = new AbortController()
  for (let n = 0; n < 200; n += 1) await pace(signal)
  expect(clock.now()).toBeGreaterThan(1900)
  expect(clock.now()).toBeLessThanOrEqual(2000)
})

test('a gate lets so many through at once', async () => {
  const gate = createGate(2)
  let [inside, most] = [0, 0]
  const pass = () =>
    gate(async () => {
      most = Math.max(most, ++inside)
      await Promise.resolve()
      inside -= 1
    })
  await Promise.all(Array.from({ length: 10 }, pass))
  expect(most).toBe(2)
})

test('looks for nobody else while many that answered wait to be asked who they are', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const asked: string[] = []
  const deps: ScanDeps = {
    ...standing(),
    isPolled: () => false,
    probe: async ({ address }) => {
      asked.push(address)
      return 'open'
    },
    identify: async () => {
      await promise
      return 'identified'
    },
  }
  const targets = [...targetsOf([range('A', '10.0.0.1-10.0.0.200')])]
  const done = scan({ targets, limits, signal: new AbortController().signal }, deps)
  await new Promise(turned => setImmediate(turned))
  expect(asked.length).toBeLessThan(20)
  resolve()
  expect(await done).toMatchObject([{ identified: 200 }])
})
