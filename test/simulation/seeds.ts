import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
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
  const child = fork(fileURLToPath(new URL('main.ts', import.meta.url)), words, { execArgv: [] })
  child.on('message', (result: SimulationResult) => results.push(result))
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`a simulation ended with ${String(code)} after ${results.length} seeds`)
  return results
}
