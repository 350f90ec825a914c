import { expect, test } from 'vitest'
import { scenarios } from '../simulation/scenarios.ts'
import { runCrashes, runSeeds } from '../simulation/seeds.ts'

const range = { from: 1, seeds: 2000 }

test('[S1] [S2] [S3] [S4] [S5] [S6] [S8] [C1] [C2] [C3] hold through 2,000 seeds of trouble', async () => {
  const results = await runSeeds({ ...range, steps: 40, workers: 2 })
  expect(results.filter(result => result.violation !== null)).toEqual([])
  expect(results.length).toBe(range.seeds)
}, 2_400_000)

test.for(scenarios)('[S1] [C2] the power may be cut before and after every write: $name', async ({ name }) => {
  const enumerated = await runCrashes(name)
  expect(enumerated.flatMap(({ failed }) => failed)).toEqual([])
  expect(enumerated.map(({ scenario }) => scenario)).toEqual([name])
})
