import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { createEnrolment, enrolment, paths, type CommandKind, type OrgId, type SiteId } from '@headframe/protocol'
import type { SimulatedSite } from '@headframe/simulator'
import { z } from 'zod'
import type { Api } from './control-api.ts'
import { root, run, type Program } from './processes.ts'

const headframe = join(root, 'apps/site-relay/src/headframe.ts')

/** The configuration that finds a simulated site. */
export function rangesOf(site: SimulatedSite): object[] {
  const ports = Object.fromEntries(Object.entries(site.ports).map(([from, to]) => [from, to]))
  return [{ name: 'hall', addresses: site.miners.map(miner => miner.address).join(','), ports }]
}

export function writeConfig(dataDir: string, config: object): void {
  const path = join(dataDir, 'relay/relay.json')
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  writeFileSync(path, JSON.stringify(config))
}

/** Enrols the relay of a data folder by hand, as a person on the box does. */
export async function joinByHand(join: {
  readonly dataDir: string
  readonly url: string
  readonly code: string
  readonly allow?: readonly CommandKind[]
}): Promise<void> {
  const allow = join.allow === undefined ? [] : ['--allow', join.allow.join(',')]
  const program = run({ words: [headframe, 'join', join.url, join.code, '--data', join.dataDir, ...allow] })
  const { code } = await program.ended
  if (code !== 0) throw new Error(`join failed: ${program.said()}`)
}

/** A relay without a control on its box. */
export async function startRelay(dataDir: string): Promise<Program> {
  const program = run({ words: [headframe, 'relay', '--data', dataDir] })
  await program.until(/The relay is running/)
  return program
}

export async function enrolmentCode(api: Api, org: OrgId, site: SiteId): Promise<string> {
  const asked = createEnrolment.parse({ site, name: 'Relay' })
  return enrolment.parse(await api.send('POST', paths.enrolments(org), asked)).code
}

export const created = z.object({ id: z.string() })
