import { join } from 'node:path'
import { z } from 'zod'
import { root, run, type Program } from '../harness/processes.ts'

/** Simulated miners in a process of their own, and what they know of themselves. */
export interface Miners extends AsyncDisposable {
  /** For the configuration of a relay. */
  readonly range: object
  readonly control: string
  readonly program: Program
}

const ready = z.object({ range: z.string(), ports: z.record(z.string(), z.number()), control: z.string() })

export async function startMiners(count: number): Promise<Miners> {
  const program = run({
    words: [
      join(root, 'packages/simulator/src/main.ts'),
      '--miners',
      String(count),
      '--no-stratum',
      '--reboot-ms',
      '1000',
      '--first-address',
      '127.40.0.1',
    ],
  })
  const [line] = await program.until(/\{.*"ready":true.*\}/)
  const { range, ports, control } = ready.parse(JSON.parse(line))
  return {
    range: { name: 'hall', addresses: range, ports },
    control,
    program,
    [Symbol.asyncDispose]: () => program[Symbol.asyncDispose](),
  }
}

const told = z.array(z.object({ mac: z.string(), boots: z.number() }))

/** How often each miner has started, by MAC: in truth, whatever anybody was told. */
export async function bootsOf({ control }: Miners): Promise<ReadonlyMap<string, number>> {
  const response = await fetch(`${control}/miners`)
  return new Map(told.parse(await response.json()).map(({ mac, boots }) => [mac.toUpperCase(), boots]))
}
