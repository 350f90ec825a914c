import { expect, test } from 'vitest'
import { runSeeds } from './seeds.ts'

test('[S5] what a box that acted before sends late, in a later epoch, does not silence the one that acts (seed 84)', async () => {
  const [result] = await runSeeds({ from: 84, seeds: 1, steps: 40, workers: 1 })
  expect(result?.violation).toBe(null)
})
