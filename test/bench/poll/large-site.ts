import { join } from 'node:path'
import { z } from 'zod'
import { freePort, root } from '../../harness/processes.ts'
import type { Lab } from '../lab.ts'
import { startReady } from '../ready-line.ts'

/** A simulated site of so many miners, in a process of its own. */
export interface LargeSite {
  readonly pid: number
  readonly range: string
  readonly ports: Readonly<Record<string, number>>
  /** How often its miners were asked, as they see it. */
  readonly visits: () => Promise<Visits>
}

const siteReady = z.object({ range: z.string(), ports: z.record(z.string(), z.number()), control: z.string() })

const visits = z.object({
  connections: z.number(),
  conversations: z.number(),
  /** Conversations by whole seconds since the one before with the same miner. */
  intervals: z.array(z.number()),
  /** Miners by whole seconds since the last conversation with each began. */
  ages: z.array(z.number()),
})
export type Visits = z.infer<typeof visits>

export async function openLargeSite(lab: Lab, miners: number): Promise<LargeSite> {
  const words = {
    miners,
    'first-address': '127.64.0.1',
    'http-port': await freePort('0.0.0.0'),
    'cgminer-port': await freePort('0.0.0.0'),
    'whatsminer-port': await freePort('0.0.0.0'),
  }
  const { program, told } = await startReady(lab, {
    words: [
      join(root, 'packages/simulator/src/main.ts'),
      '--no-stratum',
      ...Object.entries(words).flatMap(([name, value]) => [`--${name}`, String(value)]),
    ],
  })
  const { range, ports, control } = siteReady.parse(told)
  return {
    pid: program.process.pid ?? 0,
    range,
    ports,
    visits: async () => visits.parse(await (await fetch(`${control}/visits`)).json()),
  }
}
