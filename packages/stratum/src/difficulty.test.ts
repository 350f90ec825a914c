import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { difficultyOf, hashesPerDifficulty, meetsDifficulty, targetOf, targetOfBits } from './difficulty.ts'

const difficulties = fc.oneof(
  fc.double({ min: 1e-9, max: 1e15, noNaN: true }).filter(value => value > 0),
  fc.constantFrom(1e-6, 0.1, 0.5, 1, 100.5, 8192, 524_288, 1e21),
)

test('a hash at the target meets the difficulty, the next above it does not', () => {
  fc.assert(
    fc.property(difficulties, difficulty => {
      const target = targetOf(difficulty)
      expect([meetsDifficulty(target, difficulty), meetsDifficulty(target + 1n, difficulty)]).toEqual([true, false])
    }),
  )
})

test('the difficulty of a target is the one that it was made of', () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-6, max: 1e12, noNaN: true }), difficulty => {
      expect(difficultyOf(targetOf(difficulty)) / difficulty).toBeCloseTo(1, 12)
    }),
  )
})

test('takes a difficulty as the decimal that it is written as, not as its binary neighbour', () => {
  const target = targetOf(0.1)
  expect(target).toBe((0xffffn << 208n) * 10n)
})

test('reads compact targets', () => {
  expect(targetOfBits(0x1d00ffff)).toBe(0xffffn << 208n)
  expect(targetOfBits(0x17023a04)).toBe(0x023a04n << 160n)
  expect(targetOfBits(0x03123456)).toBe(0x123456n)
  expect(targetOfBits(0x02123456)).toBe(0x1234n)
})

test('knows no target for negative, empty and oversized bits', () => {
  expect([0x1d80ffff, 0x1d000000, 0xff00ffff].map(targetOfBits)).toEqual([null, null, null])
})

test('a share of difficulty 1 stands for 4,295,032,833 hashes', () => {
  expect(Math.round(hashesPerDifficulty)).toBe(4_295_032_833)
})
