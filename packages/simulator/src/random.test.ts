import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { gaussian, poisson, uniform, walk } from './random.ts'

const noise = fc.record({ seed: fc.nat(), channel: fc.nat(1000) })
const thousands = Array.from({ length: 5_000 }, (_, index) => index)

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

function deviation(values: readonly number[]): number {
  const middle = mean(values)
  return Math.sqrt(mean(values.map(value => (value - middle) ** 2)))
}

test('the same question has the same answer, whatever was asked between', () => {
  fc.assert(
    fc.property(noise, fc.nat(), fc.nat(), (of, index, other) => {
      const first = [uniform(of, index), gaussian(of, index), walk(of, index), poisson(of, index, 1)]
      walk(of, other)
      expect([uniform(of, index), gaussian(of, index), walk(of, index), poisson(of, index, 1)]).toEqual(first)
    }),
  )
})

test('uniform is within 0 and 1, gaussian within 3.5 deviations', () => {
  fc.assert(
    fc.property(noise, fc.nat(), (of, index) => {
      expect(uniform(of, index)).toBeGreaterThanOrEqual(0)
      expect(uniform(of, index)).toBeLessThan(1)
      expect(Math.abs(gaussian(of, index))).toBeLessThan(3.5)
    }),
  )
})

test('gaussian has mean 0 and deviation 1', () => {
  const values = thousands.map(index => gaussian({ seed: 7, channel: 3 }, index))
  expect(mean(values)).toBeCloseTo(0, 1)
  expect(deviation(values)).toBeCloseTo(1, 1)
})

test('poisson has the mean that it is given, and as much variance', () => {
  const values = thousands.map(index => poisson({ seed: 7, channel: 3 }, index, 1.5))
  expect(mean(values)).toBeCloseTo(1.5, 1)
  expect(deviation(values) ** 2).toBeCloseTo(1.5, 0)
})

test('a walk moves by steps of 1 and stays near home', () => {
  const values = thousands.slice(0, 1_000).map(index => walk({ seed: 7, channel: 3 }, index))
  const steps = values.slice(1).map((value, index) => value - values[index]!)
  expect(deviation(steps)).toBeCloseTo(1, 1)
  expect(Math.max(...values.map(Math.abs))).toBeLessThan(16)
})
