import { parseArgs } from 'node:util'
import { loadActorCode } from './actor/code.ts'
import { runSeeds } from './seeds.ts'
import { simulate, type SimulationResult } from './simulate.ts'
import { collectRejections } from './world/timeline.ts'

const number = (value: string) => Number.parseInt(value, 10)
const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    steps: { type: 'string', default: '40' },
    workers: { type: 'string', default: '2' },
    share: { type: 'string' },
  },
})
const asked = { from: number(values.from), seeds: number(values.seeds), steps: number(values.steps) }

if (values.share === undefined) await parent()
else await worker(values.share)

/** Prints what failed, and how to see it again. */
async function parent(): Promise<void> {
  const startedAt = performance.now()
  const results = await runSeeds({ ...asked, workers: Math.min(number(values.workers), asked.seeds) })
  for (const result of results) if (result.violation) tell(result)
  const failed = results.filter(result => result.violation !== null).length
  const sum = (of: (result: SimulationResult) => number) => results.reduce((total, result) => total + of(result), 0)
  process.stdout.write(
    `${results.length} seeds, ${failed} failed; ${sum(({ steps }) => steps)} steps, ` +
      `${(sum(({ virtualMs }) => virtualMs) / 3_600_000).toFixed(1)} simulated hours, ` +
      `${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`,
  )
  if (failed > 0) process.exitCode = 1
}

function tell({ seed, violation, trace }: SimulationResult): void {
  const lines = [
    `seed ${seed} breaks [${violation?.rule}] ${violation?.text}`,
    ...trace.slice(-25).map(line => `  ${line.slice(0, 300)}`),
    `see it again: npm run simulate -- --seeds 1 --from ${seed} --steps ${asked.steps}`,
  ]
  process.stdout.write(`${lines.join('\n')}\n\n`)
}

/** Every nth seed, told to the parent one by one. */
async function worker(share: string): Promise<void> {
  const [index = 0, of = 1] = share.split('/').map(number)
  collectRejections()
  const code = await loadActorCode()
  for (let seed = asked.from + index; seed < asked.from + asked.seeds; seed += of) {
    const result = await simulate(seed, code, asked.steps)
    await new Promise(sent => void process.send?.(result, sent))
  }
  process.disconnect?.()
}
