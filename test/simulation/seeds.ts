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

/** Simulates a range of seeds in processes of their own; results by seed. */
export async function runSeeds({ from, seeds, steps, workers }: SeedRange): Promise<SimulationResult[]> {
  const shares = Array.from({ length: workers }, (_, index) => `${index}/${workers}`)
  const words = ['--from', `${from}`, '--seeds', `${seeds}`, '--steps', `${steps}`]
  const results = await Promise.all(shares.map(share => runShare([...words, '--share', share])))
  return results.flat().toSorted((a, b) => a.seed - b.seed)
}

async function runShare(words: readonly string[]): Promise<SimulationResult[]> {
  const results: SimulationResult[] = []
  await ended(startScript('main.ts', words).on('message', (result: SimulationResult) => results.push(result)))
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
