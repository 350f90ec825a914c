import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { chooseMutants, lineOf, nameOf, type Mutant } from './mutant.ts'
import { replacedReason } from './replaced.ts'
import { addResult, readResults, type Result } from './results.ts'

/**
 * `node test/mutants/main.ts`: tries as many mutants as are asked for. With `--results` a run that was stopped goes on
 * where it was, and `--again` tries those anew that survived.
 */
const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '16' },
    at: { type: 'string', default: '2' },
    only: { type: 'string' },
    results: { type: 'string' },
    again: { type: 'boolean', default: false },
    list: { type: 'boolean', default: false },
  },
})
/** A trial that says nothing for so long hangs, and its mutant is caught by that. A seed takes some seconds at most. */
const silenceMs = 60_000

interface Wanted {
  readonly mutant: Mutant
  readonly name: string
  /** From 1. */
  readonly index: number
}

const all = chooseMutants(Number(values.count), Number(values.seed), name => replacedReason(name) !== null)
const only = values.only?.split(',').map(Number)
const wanted = all
  .map((mutant, index): Wanted => ({ mutant, name: nameOf(mutant), index: index + 1 }))
  .filter(({ index }) => only === undefined || only.includes(index))
if (values.list) for (const each of wanted) process.stdout.write(`${titleOf(each)}\n`)
else await run()

async function run(): Promise<void> {
  const sound = await tryMutant(null)
  if (sound.caught) throw new Error(`without any mistake: ${sound.why}`)
  const startedAt = performance.now()
  const known = new Map(values.results === undefined ? [] : readResults(values.results))
  const isDone = ({ name }: Wanted) => known.has(name) && (known.get(name)?.caught === true || !values.again)
  const queue = wanted.filter(each => !isDone(each))
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const result = { name: next.name, ...(await tryMutant(next.mutant)) }
      known.set(next.name, result)
      if (values.results !== undefined) addResult(values.results, result)
      process.stdout.write(`${result.caught ? 'caught  ' : 'SURVIVED'} ${titleOf(next)}\n         ${result.why}\n`)
    }
  }
  await Promise.all(Array.from({ length: Number(values.at) }, work))
  tell(known, performance.now() - startedAt)
}

function tell(results: ReadonlyMap<string, Result>, ms: number): void {
  const survived = wanted.filter(({ name }) => !results.get(name)?.caught)
  const caught = wanted.length - survived.length
  process.stdout.write(
    `${caught} of ${wanted.length} caught (${((100 * caught) / wanted.length).toFixed(1)} %) in ` +
      `${(ms / 60_000).toFixed(1)} minutes; survived: ${survived.map(({ index }) => index).join()}\n`,
  )
  if (caught < 0.95 * wanted.length) process.exitCode = 1
}

function titleOf({ mutant, name, index }: Wanted): string {
  const { file, operator } = mutant
  return `${index} ${file}:${lineOf(mutant)} ${operator}: ${name.slice(file.length + 2)}`
}

/** @param mutant null for the code as it is */
async function tryMutant(mutant: Mutant | null): Promise<{ caught: boolean; why: string }> {
  const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))
  const child = spawn(process.execPath, ['--import', path('hook.ts'), path('trial.ts'), values.seeds], {
    env: mutant ? { ...process.env, HEADFRAME_MUTANT: JSON.stringify(mutant) } : process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const timer = setTimeout(() => child.kill('SIGKILL'), silenceMs)
  let said = ''
  const hear = (bytes: Buffer) => {
    said = (said + bytes.toString()).slice(-2000)
    timer.refresh()
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const [code, signal] = await once(child, 'close')
  clearTimeout(timer)
  if (signal !== null) return { caught: true, why: 'hangs' }
  const lines = said.split('\n').filter(Boolean)
  const line = lines.findLast(text => /^(seed|crash).*\[|^\w*Error/.test(text)) ?? lines.at(-1) ?? ''
  return { caught: code !== 0, why: code === 0 ? '' : line.slice(0, 160) }
}
