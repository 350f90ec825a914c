import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { connectCapture } from './capture/client.ts'
import { createLog, runProcess, type RunningProcess } from './capture/process-edge.ts'
import { captureSockets } from './capture/socket-path.ts'
import { loadConfig } from './config/index.ts'
import type { Core, CoreDeps } from './core/core.ts'
import { runBackups, tellRestored } from './core/backups.ts'
import { storesIn } from './core/stores.ts'
import { makeBackup, openOrRestore } from './store/backup.ts'
import { realEdges } from './edge/real-edges.ts'
import { machineName, realWorld } from './edge/world.ts'
import { noteHealthPort } from './health/port-note.ts'
import { healthOf, serveHealth } from './health/health.ts'
import { loadKeys } from './keys/keys.ts'
import { openBox } from './lease/box.ts'
import { giverOf } from './lease/giver.ts'
import { lockData } from './store/lock.ts'
import { StoreError, storeErrorOf } from './store/store-error.ts'

await runProcess(start)

async function start(): Promise<RunningProcess> {
  const place = readWords(process.argv.slice(2))
  const told = (error: unknown) => storeErrorOf(error, join(place.dataDir, 'site.db'))
  process.on('uncaughtException', error => fall(told(error)))
  try {
    return await startCore(place)
  } catch (error) {
    throw told(error)
  }
}

/** What nobody handled ends this process, a full disk first of all: it goes on from what is on disk, once it can [S1]. */
function fall(error: unknown): never {
  const said = error instanceof Error ? error : new Error(String(error))
  if (!(said instanceof StoreError)) process.stderr.write(`${said.stack}\n`)
  process.stderr.write(`headframe: ${said.message.split('\n')[0]}\n`)
  process.exit(1)
}

interface CorePlace {
  readonly dataDir: string
  readonly keysDir: string
  readonly configPath: string
}

async function startCore({ dataDir, keysDir, configPath }: CorePlace): Promise<RunningProcess> {
  const config = loadConfig(configPath, process.env)
  const log = createLog('fleet-core', config.logLevel)
  const keys = loadKeys(keysDir, machineName())
  const lock = lockData(join(dataDir, 'core.lock'))
  const path = join(dataDir, 'site.db')
  const { db, ...opened } = openOrRestore(path)
  let { restored } = opened
  const stores = storesIn(db, keys.vault)
  const ending = new AbortController()
  const { signal } = ending
  const capture = connectCapture(captureSockets(dataDir).api)
  const edges = realEdges(dataDir, config.sourceAddress ?? undefined)
  const deps: CoreDeps = { config, keys, stores, capture, world: realWorld, edges, log, signal }
  const onCore = (core: Core) => {
    if (restored) tellRestored(core, restored)
    restored = null
  }
  const box = openBox({ ...deps, giver: giverOf(config.standby, keys), onCore })
  const health =
    config.healthPort === null
      ? null
      : await serveHealth({ port: config.healthPort, read: () => healthOf(box, () => capture.health()), signal })
  noteHealthPort(dataDir, health)
  const acting = () => {
    const phase = box.phase()
    return phase?.kind === 'acts' ? phase.core : null
  }
  void runBackups(deps, () => makeBackup(db, path), acting)
  return {
    told: { health },
    stop: async () => {
      ending.abort()
      await box.ended
      capture[Symbol.dispose]()
      stores.db.close()
      lock[Symbol.dispose]()
    },
  }
}

function readWords(words: readonly string[]): CorePlace {
  const text = { type: 'string' } as const
  const { values } = parseArgs({ args: [...words], options: { data: text, keys: text, config: text } })
  const { data, keys } = values
  if (data === undefined || keys === undefined) throw new Error('fleet-core needs --data <folder> --keys <folder>')
  return { dataDir: data, keysDir: keys, configPath: values.config ?? join(data, 'relay.json') }
}
