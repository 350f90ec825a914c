import { expect, test } from 'vitest'
import { runSeeds } from '../simulation/seeds.ts'

test('[S1] [S2] [S3] [S5] [S6] [C1] [C2] [C3] hold through 2,000 seeds of trouble', async () => {
  const results = await runSeeds({ from: 1, seeds: 2000, steps: 40, workers: 2 })
  expect(results.filter(result => result.violation !== null)).toEqual([])
  expect(results.length).toBe(2000)
})
