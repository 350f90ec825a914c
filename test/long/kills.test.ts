import { expect, test } from 'vitest'
import { runCampaign } from '../kills/campaign.ts'

test('[S1] [S2] [S3] [C1] [C2] 200 kills with -9 under 5,000 miners: nothing durable is lost or doubled', async () => {
  const report = await runCampaign({ kills: 200, miners: 5000, seed: 20_261_120, say: () => {} })
  expect(report.losses).toEqual({
    commandsLost: [],
    commandsDoubled: [],
    resultsDiffer: [],
    bootsDiffer: [],
    minersDiffer: [],
    gaps: 0,
    quarantined: 0,
  })
  expect(report.outcomes['done']).toBeGreaterThan(report.commands / 2)
}, 2_400_000)
