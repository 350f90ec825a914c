import { expect, test } from 'vitest'
import { runSeeds } from './seeds.ts'

/** Seeds that once broke a rule. */
test.for([
  [84, '[S5] what a box that acted before sends late, in a later epoch, does not silence the one that acts'],
  [129, '[S5] a box that told a gap and acts again under its term tells its inventory again'],
  [286, '[C1] a box that stands by while its disk takes nothing ends its commands when it does'],
  [555, '[C2] what was asked of a control before it started is begun by no box that takes over'],
  [709, '[S5] so does one that was restored'],
  [832, '[S2] a box restored from a backup whose clock was set back tells no event under a place that another had'],
  [890, '[S3] a control that was restored to where it had nothing gets all events that are still held'],
  [1320, '[S5] a box that acts again goes past an epoch of the other of which control has nothing left but history'],
  [1615, '[C1] a command that waits while the clock of control is set back does not cut off its relay'],
  [1871, '[S8] a control restored from a backup gives no term that a box had since and tells of'],
  [7066, '[S5] a box that acts before its copy came to an end gives no slot a second time'],
  [3046, '[S5] a control that a box which stands by copied from before does not cut it off'],
  [9044, '[S8] a box that ends while it takes a last look before it acts ends at once'],
  [9157, '[S5] what a box tells of the inventory while it stands by it tells again when it acts'],
  [14035, '[T1] a control whose clock was set back sees in time that a relay is silent'],
] as const)('seed %i: %s', async ([seed]) => {
  const [result] = await runSeeds({ from: seed, seeds: 1, steps: 40, workers: 1 })
  expect(result?.violation).toBe(null)
})
