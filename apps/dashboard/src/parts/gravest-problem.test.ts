import { faultBits, hotBits, problemBit, problemCode, type ProblemCode } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { gravestFirst, gravestProblem, problemsIn } from './gravest-problem.ts'

const bitsOf = (...codes: ProblemCode[]) => codes.reduce((bits, code) => bits | problemBit(code), 0)

test('every problem has its place in the order of gravity', () => {
  expect([...gravestFirst].sort()).toEqual([...problemCode.options].sort())
})

test('what stops a part stands before heat, and heat before what is only low, as in the states', () => {
  const rankOf = (code: ProblemCode) =>
    (problemBit(code) & faultBits) !== 0 ? 0 : (problemBit(code) & hotBits) !== 0 ? 1 : 2
  const ranks = gravestFirst.map(rankOf)
  expect(ranks).toEqual(ranks.toSorted((a, b) => a - b))
})

test('a hot board that makes a chip hot, and a lost board that makes the hashrate low, are one problem each', () => {
  expect(gravestProblem(bitsOf('hashrate-low', 'hashboard-missing'))).toBe('hashboard-missing')
  expect(gravestProblem(bitsOf('board-too-hot', 'chip-too-hot', 'hashrate-low'))).toBe('chip-too-hot')
  expect(gravestProblem(0)).toBe(null)
})

test('problems are told gravest first; bits that this release does not know are left out', () => {
  const unknownBit = 1 << 30
  expect(problemsIn(bitsOf('hashrate-low', 'fan-slow', 'psu-fault') | unknownBit)).toEqual([
    'psu-fault',
    'hashrate-low',
    'fan-slow',
  ])
})
