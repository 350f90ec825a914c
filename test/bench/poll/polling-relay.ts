import { join } from 'node:path'
import { z } from 'zod'
import { startBox } from '../../harness/box.ts'
import { freePort, recordedProcesses, scratchFolder, type RecordedProcess } from '../../harness/processes.ts'
import { startRelay, writeConfig } from '../../harness/relay.ts'
import type { Lab } from '../lab.ts'
import type { LargeSite } from './large-site.ts'

/** A relay on a fresh data folder that is to find and read a site. */
export interface PollingRelay {
  readonly processes: readonly RecordedProcess[]
  readonly health: () => Promise<Health>
}

const health = z.object({
  /** Miners by reach. */
  miners: z.record(z.string(), z.number()),
  polls: z.object({
    running: z.number(),
    late: z.number(),
    answered: z.number(),
    failed: z.number(),
    again: z.number(),
  }),
  links: z.record(z.string(), z.string()),
})
export type Health = z.infer<typeof health>

export interface RelayWish {
  readonly site: LargeSite
  readonly pollEveryMs: number
  /** Without a control and a link to it. */
  readonly isAlone: boolean
}

/** A process that a process of the box started for itself is written down under the same name: workerd, by the front. */
function toldApart(one: RecordedProcess, place: number, all: readonly RecordedProcess[]): RecordedProcess {
  const isHelper = all.findIndex(({ name }) => name === one.name) < place
  return isHelper ? { ...one, name: `${one.name}: workerd` } : one
}

/** 50,000 addresses in a minute, as far as the machine keeps up; a real network is scanned more slowly. */
const probesPerSecond = 1000

export async function openPollingRelay(lab: Lab, { site, pollEveryMs, isAlone }: RelayWish): Promise<PollingRelay> {
  const scratch = await lab.use(scratchFolder())
  const dataDir = join(scratch.path, 'data')
  const healthPort = await freePort()
  const ranges = [{ name: 'bench', addresses: site.range, ports: site.ports }]
  writeConfig(dataDir, { ranges, pollEveryMs, probesPerSecond, healthPort })
  await lab.use<AsyncDisposable>(isAlone ? startRelay(dataDir) : startBox({ dataDir }))
  return {
    processes: recordedProcesses(dataDir).map(toldApart),
    health: async () => health.parse(await (await fetch(`http://127.0.0.1:${healthPort}/`)).json()),
  }
}
