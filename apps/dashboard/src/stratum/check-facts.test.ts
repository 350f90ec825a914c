import { expect, test } from 'vitest'
import { checkFacts } from './check-facts.ts'

test('shows the single values of our own check of a share, in words', () => {
  const check = { hash: '00ab', difficulty: 1234.5678, meetsDifficulty: true, header: [1, 2], networkDifficulty: null }
  expect(checkFacts({ kind: 'call', check })).toEqual([
    ['Hash', '00ab'],
    ['Difficulty', '1,234.57'],
    ['Meets difficulty', 'yes'],
  ])
})

test('anything else has nothing to show', () => {
  expect([null, 'text', [1], { check: null }, { check: 'x' }].map(checkFacts)).toEqual([[], [], [], [], []])
})
