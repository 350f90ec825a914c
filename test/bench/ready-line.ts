import { run, type Program, type ProgramSpec } from '../harness/processes.ts'
import type { Lab } from './lab.ts'

export interface Ready {
  readonly program: Program
  /** What it told in its line of JSON. */
  readonly told: Readonly<Record<string, unknown>>
}

/** Starts a program that tells `{"ready":true,…}` when it is. */
export async function startReady(lab: Lab, spec: ProgramSpec): Promise<Ready> {
  const program = await lab.use(run(spec))
  const [line] = await program.until(/^\{"ready":true.*\}$/m)
  return { program, told: JSON.parse(line) }
}
