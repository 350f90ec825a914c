import { expect, test } from 'vitest'
import { countedText } from './counted-text.ts'

const textOf = (...args: Parameters<typeof countedText>) => countedText(...args).replaceAll('\u00a0', ' ')

const totals = { miners: 200, fresh: 191, states: { unknown: 6, offline: 3 } }
const sum = (miners: number) => ({ total: 1, miners })

test('[T1] what is not in a figure is told by its reason: only what is unknown is called so', () => {
  expect(textOf(sum(131), totals)).toBe('131 miners, 60 do not tell it, 3 offline, 6 unknown')
})

test('says no reason that nobody has', () => {
  const healthy = { miners: 200, fresh: 200, states: { unknown: 0, offline: 0 } }
  expect(textOf(sum(200), healthy)).toBe('all 200 miners')
  expect(textOf(sum(131), healthy)).toBe('131 miners, 69 do not tell it')
  expect(textOf(sum(131), healthy, 'have none')).toBe('131 miners, 69 have none')
})

test('a figure that no miner tells says so of all of them', () => {
  expect(textOf(null, totals)).toBe('0 miners, 191 do not tell it, 3 offline, 6 unknown')
})
