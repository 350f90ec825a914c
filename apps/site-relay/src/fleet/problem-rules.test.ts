import { problemsOf, type Reading } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { aHashboard, aReading } from './builders.ts'
import { freshMemory, judge } from './problem-rules.ts'

const problems = (over: Partial<Reading>) => problemsOf(judge(aReading(over), freshMemory).problems)
const low = { hashrateHs: 0.5e12 }

/** Problems after each of several readings in a row. */
function afterEach(readings: readonly Partial<Reading>[]): string[][] {
  let memory = freshMemory
  return readings.map(over => {
    const judged = judge(aReading(over), memory)
    memory = judged.memory
    return problemsOf(judged.problems)
  })
}

test('a miner that is well has no problem', () => {
  expect(problems({ hashboards: [aHashboard()], fans: [{ slot: 0, rpm: 5000, percent: 60 }] })).toEqual([])
})

test('what the miner says itself counts', () => {
  const said = { vendorCode: '110', code: 'fan-stopped' as const, component: 'fan 0', text: null }
  expect(problems({ problems: [said] })).toEqual(['fan-stopped'])
})

test('hot goes by driver, model and cooling', () => {
  const at = (driver: string, model: string, chipTempC: number) =>
    problems({ driver, model, hashboards: [aHashboard({ chipTempC })] })
  expect(at('bitaxe', 'Gamma', 71)).toEqual(['chip-too-hot'])
  expect(at('antminer-stock', 'S19 Pro', 92)).toEqual([])
  expect(at('antminer-stock', 'S21 XP Hyd.', 92)).toEqual(['chip-too-hot'])
  expect(at('whatsminer-v2', 'M50S', 99)).toEqual([])
})

test('one stopped fan is a fault, and no fans at all are liquid cooling', () => {
  const fan = (slot: number, rpm: number | null) => ({ slot, rpm, percent: null })
  expect(problems({ fans: [fan(0, 0), fan(1, 5400)] })).toEqual(['fan-stopped'])
  expect(problems({ fans: [fan(0, 0), fan(1, 0)] })).toEqual([])
  expect(problems({ fans: [fan(0, null), fan(1, 5400)] })).toEqual([])
})

test('a lost hashboard and lost chips are seen', () => {
  expect(problems({ hashboards: [aHashboard({ present: false })] })).toEqual(['hashboard-missing'])
  expect(problems({ hashboards: [aHashboard({ chips: 70, chipsExpected: 76 })] })).toEqual(['chips-missing'])
})

test('low takes three readings in a row, and goes with one good reading', () => {
  expect(afterEach([low, low, low, { hashrateHs: 0.98e12 }, { hashrateHs: 1.1e12 }])).toEqual([
    [],
    [],
    ['hashrate-low'],
    ['hashrate-low'],
    [],
  ])
})

test('a miner that warms up, tunes, is paused or tells no rate is not low', () => {
  expect(afterEach([low, low, low].map(each => ({ ...each, uptimeS: 300 }))).at(-1)).toEqual([])
  expect(afterEach([low, low, low].map(each => ({ ...each, uptimeS: 1500, windowMs: 1_800_000 }))).at(-1)).toEqual([])
  expect(afterEach([low, low, low].map(each => ({ ...each, mining: 'tuning' as const }))).at(-1)).toEqual([])
  expect(afterEach([low, low, low].map(each => ({ ...each, mining: 'paused' as const }))).at(-1)).toEqual([])
  expect(afterEach([low, low, low].map(() => ({ hashrateHs: null }))).at(-1)).toEqual([])
})

test('pools are unreachable when all of them are', () => {
  const pool = { slot: 0, url: 'stratum+tcp://127.0.0.1:3333', user: 'x', active: false, alive: false }
  const counts = { accepted: null, rejected: null, stale: null, difficulty: null }
  const dead = { ...pool, ...counts }
  expect(problems({ pools: [dead, { ...dead, slot: 1 }] })).toEqual(['pool-unreachable'])
  expect(problems({ pools: [dead, { ...dead, slot: 1, alive: true }] })).toEqual([])
})
