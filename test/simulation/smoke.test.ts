import { expect, test } from 'vitest'
import { runSeeds } from './seeds.ts'

test('[S1] [S2] [S3] [S5] [S6] [C1] [C2] [C3] hold through a hundred seeds of trouble', async () => {
  const results = await runSeeds({ from: 1, seeds: 100, steps: 40, workers: 2 })
  expect(results.filter(result => result.violation !== null)).toEqual([])
  expect(results.length).toBe(100)
})

test('a seed gives the same run each time', async () => {
  const range = { from: 7000, seeds: 4, steps: 40, workers: 1 }
  const digests = async () => (await runSeeds(range)).map(result => result.digest)
  expect(await digests()).toEqual(await digests())
})
