import { join } from 'node:path'
import type { Supervisor } from './supervise.ts'

export interface RelayPlace {
  readonly dataDir: string
  readonly keysDir: string
  readonly configPath: string
}

/** Starts the three processes of a relay. Each lives and falls by itself. */
export async function startRelay(place: RelayPlace, supervisor: Supervisor): Promise<void> {
  const words = ['--data', place.dataDir, '--keys', place.keysDir, '--config', place.configPath]
  const script = (file: string) => join(import.meta.dirname, '..', file)
  await Promise.all([
    supervisor.start({ name: 'capture', script: script('capture-process.ts'), words }),
    supervisor.start({ name: 'proxy', script: script('proxy-process.ts'), words }),
    supervisor.start({ name: 'fleet core', script: script('fleet-core.ts'), words }),
  ])
}
