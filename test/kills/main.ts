// Kills a box with -9 at random, as often as asked: npm run kills -- --kills 1000 --miners 5000 --seed 1
import { parseArgs } from 'node:util'
import { runCampaign } from './campaign.ts'

const text = { type: 'string' } as const
const { values } = parseArgs({ options: { kills: text, miners: text, seed: text } })
const number = (name: keyof typeof values, otherwise: number): number => Number(values[name] ?? otherwise)
const report = await runCampaign({
  kills: number('kills', 1000),
  miners: number('miners', 5000),
  seed: number('seed', 1),
  say: line => void process.stderr.write(`${line}\n`),
})
process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
const { gaps, quarantined, ...lists } = report.losses
const whole = gaps === 0 && quarantined === 0 && Object.values(lists).every(list => list.length === 0)
process.exitCode = whole ? 0 : 1
