import { expect, test } from 'vitest'
import { runCrashes } from './seeds.ts'

test('[S1] [C1] [C2] the power may be cut before and after every write of a command', async () => {
  const [enumerated] = await runCrashes('commands')
  expect(enumerated?.failed).toEqual([])
  expect(enumerated?.crashes).toBeGreaterThan(50)
})
