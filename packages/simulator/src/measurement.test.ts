import { expect, test } from 'vitest'
import { faultOptions, type FaultName, type FaultOptions } from './fault.ts'
import { measure, rateHs } from './measurement.ts'
import { modelOf } from './models.ts'

const s21 = modelOf('s21')
const dayMs = 86_400_000
const now = 1_767_225_600_000

function at(
  more: { seed?: number; now?: number; minedMs?: number; rampMs?: number; fault?: [FaultName, FaultOptions?] } = {},
) {
  const time = more.now ?? now
  return measure(s21, {
    seed: more.seed ?? 1,
    now: time,
    miningSince: time - (more.minedMs ?? dayMs),
    rampMs: more.rampMs ?? 0,
    fault: more.fault === undefined ? null : { name: more.fault[0], options: faultOptions.parse(more.fault[1] ?? {}) },
  })
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length) / mean
}

const minutes = Array.from({ length: 400 }, (_, index) => now + index * 60_000)

test('the same miner at the same time measures the same; another does not', () => {
  const told = (seed: number) => {
    const { boards, ...rest } = at({ seed })
    return { ...rest, boards: boards.map(board => ({ ...board, rateHs: board.rateHs(5_000) })) }
  }
  expect(told(1)).toEqual(told(1))
  expect(told(2)).not.toEqual(told(1))
})

test('a rate of 5 s is white noise of 3 %; a longer window is calmer by the root of its length', () => {
  const of = (windowMs: number) =>
    deviation(minutes.map(time => rateHs(at({ now: time, minedMs: 30 * dayMs }), windowMs)))
  expect(of(5_000)).toBeGreaterThan(0.026)
  expect(of(5_000)).toBeLessThan(0.034)
  expect(of(60_000)).toBeLessThan(0.011)
  expect(of(1_800_000)).toBeLessThan(0.003)
})

test('a temperature walks by 0.4 °C in 30 s', () => {
  const chip = (time: number) => at({ now: time }).boards[0]!.chipTempC
  const steps = Array.from({ length: 400 }, (_, index) => chip(now + (index + 1) * 30_000) - chip(now + index * 30_000))
  const root = Math.sqrt(steps.reduce((sum, step) => sum + step ** 2, 0) / steps.length)
  expect(root).toBeGreaterThan(0.34)
  expect(root).toBeLessThan(0.46)
})

test('15 minutes after mining began, a mean of 30 minutes is half of it', () => {
  const measurement = at({ minedMs: 900_000 })
  expect(rateHs(measurement, 1_800_000) / rateHs(measurement, 300_000)).toBeCloseTo(0.5, 1)
})

test('chips come to their rate, heat and power over a while', () => {
  const [cold, warm] = [at({ minedMs: 0, rampMs: 60_000 }), at({ minedMs: dayMs, rampMs: 60_000 })]
  expect(rateHs(cold, 5_000)).toBe(0)
  expect(cold.powerW).toBeLessThan(warm.powerW * 0.1)
  expect(cold.boards[0]!.chipTempC).toBeLessThan(warm.boards[0]!.chipTempC - 20)
})

test('HW errors only grow', () => {
  const counts = [1, 2, 5, 20].map(days => at({ minedMs: days * dayMs }).boards[0]!.hwErrors)
  expect(counts).toEqual(counts.toSorted((a, b) => a - b))
})

test('a lost hashboard is absent, and a third of rate and power with it', () => {
  const [whole, less] = [at(), at({ fault: ['lost-hashboard', { slot: 2 }] })]
  expect(less.boards.map(board => board.present)).toEqual([true, true, false])
  expect(rateHs(less, 300_000) / rateHs(whole, 300_000)).toBeCloseTo(2 / 3, 1)
  expect(less.powerW / whole.powerW).toBeCloseTo(2 / 3, 1)
})

test('a hot miner is as much hotter as it is told to be', () => {
  const [fine, hot] = [at(), at({ fault: ['hot', { byC: 24 }] })]
  expect(hot.boards[0]!.chipTempC - fine.boards[0]!.chipTempC).toBeCloseTo(24)
})

test('a dead fan stands still, and the others hurry', () => {
  const [fine, dead] = [at(), at({ fault: ['dead-fan', { slot: 0 }] })]
  expect(dead.fansRpm[0]).toBe(0)
  expect(dead.fansRpm[1]).toBeGreaterThan(fine.fansRpm[1]!)
})
