import { join } from 'node:path'
import { checkRelayFiles, startFleetCore, startProxy } from './relay.ts'
import { endOrphans } from './process-record.ts'
import { openDataFolder } from './data-folder.ts'
import { createSupervisor } from './supervise.ts'
import { stopOnSignal } from './stop.ts'

export interface RelayBox {
  readonly dataDir: string
  readonly keysDir: string
  /** Absent: `relay/relay.json` in the data folder. */
  readonly configPath?: string | undefined
}

const say = (line: string) => void process.stdout.write(`${line}\n`)

/** `headframe relay`: the three processes of a relay without a control on this box, until a signal ends them. */
export async function runRelay({ dataDir, keysDir, configPath }: RelayBox): Promise<void> {
  const folder = openDataFolder(dataDir, keysDir)
  const place = { dataDir: folder.relay, keysDir, configPath: configPath ?? join(folder.relay, 'relay.json') }
  checkRelayFiles(place)
  const recordPath = join(folder.run, 'processes.json')
  await endOrphans(recordPath)
  const supervisor = createSupervisor({ recordPath, logDir: folder.log, say })
  const stopped = stopOnSignal(supervisor, say)
  try {
    await startProxy(place, supervisor)
    await startFleetCore(place, supervisor)
  } catch (error) {
    await supervisor.stop()
    throw error
  }
  say('The relay is running. Ctrl-C ends it.')
  await stopped
}
