import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { chooseMutants, lineOf, nameOf, type Mutant } from './mutant.ts'
import { replacedReason } from './replaced.ts'

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '200' },
    seed: { type: 'string', default: '1' },
    seeds: { type: 'string', default: '16' },
    at: { type: 'string', default: '2' },
    only: { type: 'string' },
    list: { type: 'boolean', default: false },
  },
})
/** A mutant that is not done by then hangs, and is caught by that. */
const limitMs = 240_000

const all = chooseMutants(Number(values.count), Number(values.seed), name => replacedReason(name) !== null)
const mutants = all.map((mutant, index) => ({ mutant, index: index + 1 }))
const only = values.only?.split(',').map(Number)
const wanted = mutants.filter(({ index }) => only === undefined || only.includes(index))
if (values.list)
  for (const { mutant, index } of wanted) process.stdout.write(`${index} ${mutant.operator} ${nameOf(mutant)}\n`)
else await run()

async function run(): Promise<void> {
  const sound = await tryMutant(null)
  if (sound.caught) throw new Error(`without any mistake: ${sound.why}`)
  const startedAt = performance.now()
  const queue = [...wanted]
  const survived: string[] = []
  const work = async () => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const { mutant, index } = next
      const { caught, why } = await tryMutant(mutant)
      if (!caught) survived.push(`${index}`)
      process.stdout.write(
        `${caught ? 'caught  ' : 'SURVIVED'} ${index} ${mutant.file}:${lineOf(mutant)} ${mutant.operator}: ${nameOf(mutant).slice(mutant.file.length + 2)}\n         ${why}\n`,
      )
    }
  }
  await Promise.all(Array.from({ length: Number(values.at) }, work))
  const caught = wanted.length - survived.length
  process.stdout.write(
    `${caught} of ${wanted.length} caught (${((100 * caught) / wanted.length).toFixed(1)} %) in ` +
      `${((performance.now() - startedAt) / 60_000).toFixed(1)} minutes; survived: ${survived.join(',')}\n`,
  )
  if (caught < 0.95 * wanted.length) process.exitCode = 1
}

/** @param mutant null for the code as it is */
async function tryMutant(mutant: Mutant | null): Promise<{ caught: boolean; why: string }> {
  const path = (name: string) => fileURLToPath(new URL(name, import.meta.url))
  const child = spawn(process.execPath, ['--import', path('hook.ts'), path('trial.ts'), values.seeds], {
    env: mutant ? { ...process.env, HEADFRAME_MUTANT: JSON.stringify(mutant) } : process.env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  const hear = (bytes: Buffer) => (said = (said + bytes.toString()).slice(-2000))
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs)
  const [code, signal] = await once(child, 'close')
  clearTimeout(timer)
  const line = said.split('\n').find(text => /^(seed|crash|\w*Error)/.test(text)) ?? said.split('\n')[0] ?? ''
  if (signal !== null) return { caught: true, why: 'hangs' }
  return { caught: code !== 0, why: code === 0 ? '' : line.slice(0, 160) }
}
