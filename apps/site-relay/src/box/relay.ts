import { join } from 'node:path'
import { readPolicyFile } from '../command/policy-file.ts'
import { loadConfig } from '../config/index.ts'
import { BoxError } from './box-error.ts'
import type { ChildSpec } from './child.ts'
import type { Supervisor } from './supervise.ts'

export interface RelayPlace {
  readonly dataDir: string
  readonly keysDir: string
  readonly configPath: string
}

/**
 * Refuses files of the operator that cannot be read, before anything runs. Later, a policy that breaks forbids all
 * commands and stops nothing else.
 */
export function checkRelayFiles({ dataDir, configPath }: Omit<RelayPlace, 'keysDir'>): void {
  loadConfig(configPath, process.env)
  const policy = readPolicyFile(dataDir)
  if (policy.kind === 'broken') throw new BoxError(join(dataDir, policy.text))
}

/** Starts the two processes that stand between miners and pools. */
export async function startProxy(place: RelayPlace, supervisor: Supervisor): Promise<void> {
  await Promise.all([
    supervisor.start(processOf(place, 'capture', 'capture-process.ts')),
    supervisor.start(processOf(place, 'proxy', 'proxy-process.ts')),
  ])
}

/** Starts the process that finds, reads and commands miners. */
export async function startFleetCore(place: RelayPlace, supervisor: Supervisor): Promise<void> {
  await supervisor.start({ ...processOf(place, 'fleet core', 'fleet-core.ts'), flags: fleetCoreFlags })
}

/**
 * What a poll leaves behind dies young, whatever its size. Left to itself V8 lets its heaps grow until the core of a
 * large site takes three times the memory: a half of the young one is held to 16 MB, and the old one is cleaned when it
 * has grown by 60 %.
 */
const fleetCoreFlags: readonly string[] = ['--max-semi-space-size=16', '--heap-growing-percent=60']

function processOf(place: RelayPlace, name: string, file: string): ChildSpec {
  const words = ['--data', place.dataDir, '--keys', place.keysDir, '--config', place.configPath]
  return { name, script: join(import.meta.dirname, '..', file), words }
}
