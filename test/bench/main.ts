// Measures. usage: npm run -s bench -- <name> [--json]        (without a name: lists them)
import { parseArgs } from 'node:util'
import { actor } from './actor.ts'
import { cost } from './cost.ts'
import { dashboard } from './dashboard.ts'
import { openLab, type Asked, type Bench } from './lab.ts'
import { live } from './live.ts'
import { machineFacts } from './machine.ts'
import { poll } from './poll.ts'
import { proxy } from './proxy.ts'
import { reconnect } from './reconnect.ts'
import { sync } from './sync.ts'

const benches: Readonly<Record<string, Bench>> = { proxy, live, sync, actor, cost, reconnect, poll, dashboard }

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean' },
    miners: { type: 'string' },
    every: { type: 'string' },
    alone: { type: 'boolean' },
  },
})
const [name] = positionals
const bench = name === undefined ? undefined : benches[name]
if (bench) await measure(bench)
else {
  const lines = Object.entries(benches).map(([name, { about }]) => `${name.padEnd(8)}${about}\n`)
  ;(name === undefined ? process.stdout : process.stderr).write(lines.join(''))
  process.exitCode = name === undefined ? 0 : 1
}

async function measure({ run }: Bench): Promise<void> {
  const machine = machineFacts()
  await using lab = openLab()
  const startedAt = performance.now()
  const figures = await run(lab, askedFrom(values))
  const tookS = Math.round((performance.now() - startedAt) / 100) / 10
  const result = { bench: name, machine, tookS, ...figures }
  process.stdout.write(`${JSON.stringify(result, null, values.json ? 0 : 2)}\n`)
}

interface Words {
  readonly miners?: string | undefined
  readonly every?: string | undefined
  readonly alone?: boolean | undefined
}

function askedFrom({ miners, every, alone }: Words): Asked {
  return {
    ...(miners === undefined ? {} : { miners: countFrom('--miners', miners) }),
    ...(every === undefined ? {} : { everyS: countFrom('--every', every) }),
    ...(alone === undefined ? {} : { alone }),
  }
}

function countFrom(option: string, text: string): number {
  const count = Number(text)
  if (!Number.isInteger(count) || count < 1) throw new Error(`${option} must be a number from 1`)
  return count
}
