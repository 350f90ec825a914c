import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { Enumerated } from './enumerate.ts'
import type { SimulationResult } from './simulate.ts'

export interface SeedRange {
  readonly from: number
  readonly seeds: number
  readonly steps: number
  readonly workers: number
}

/** A process ends after so many: memory of worlds that are gone comes back late. */
const seedsPerProcess = 200

/** Simulates a range of seeds in processes of their own; results by seed. */
export async function runSeeds(range: SeedRange): Promise<SimulationResult[]> {
  const shares = Array.from({ length: range.workers }, (_, index) => runShare(range, index))
  return (await Promise.all(shares)).flat().toSorted((a, b) => a.seed - b.seed)
}

/** Every nth seed, one process after the other. */
async function runShare({ from, seeds, steps, workers }: SeedRange, index: number): Promise<SimulationResult[]> {
  const results: SimulationResult[] = []
  for (let at = from; at < from + seeds; at += seedsPerProcess) {
    const count = Math.min(seedsPerProcess, from + seeds - at)
    const words = ['--from', `${at}`, '--seeds', `${count}`, '--steps', `${steps}`, '--share', `${index}/${workers}`]
    await ended(startScript('main.ts', words).on('message', (result: SimulationResult) => results.push(result)))
  }
  return results
}

/** Enumerates the crashes of scenarios whose names have this in them. */
export async function runCrashes(part: string): Promise<Enumerated[]> {
  const results: Enumerated[] = []
  await ended(startScript('crashes.ts', [part]).on('message', (result: Enumerated) => results.push(result)))
  return results
}

/** A process of its own: rejections that nobody handles are collected there, and would end a test. */
const startScript = (name: string, words: readonly string[]) =>
  fork(fileURLToPath(new URL(name, import.meta.url)), words, { execArgv: [] })

async function ended(child: ChildProcess): Promise<void> {
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`a simulation ended with ${String(code)}`)
}
