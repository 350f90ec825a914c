import { randomFillSync } from 'node:crypto'
import {
  newId,
  paths,
  type Command,
  type CommandEntry,
  type CommandId,
  type MinerId,
  type SiteId,
} from '@headframe/protocol'
import type { Api } from './control-api.ts'
import type { DashboardClient } from './dashboard-client.ts'

const random = (bytes: Uint8Array) => randomFillSync(bytes)

export interface Asked {
  readonly api: Api
  readonly site: SiteId
  readonly miner: MinerId
  readonly command: Command
  readonly ttlMs?: number
}

/** Asks one command of one miner; returns its id. */
export async function askCommand({ api, site, miner, command, ttlMs = 60_000 }: Asked): Promise<CommandId> {
  const id = newId('cmd', random)
  await api.send('POST', paths.commands(site), { command, miners: [{ id, miner }], ttlMs })
  return id
}

/** Waits until a dashboard shows the one result of a command [C1]. */
export async function resultOf(view: DashboardClient, id: CommandId, withinMs = 90_000): Promise<CommandEntry> {
  const ended = () => view.commands.get(id)?.endedAt !== null && view.commands.has(id)
  await view.until(`the result of ${id}`, ended, withinMs)
  return view.commands.get(id)!
}
