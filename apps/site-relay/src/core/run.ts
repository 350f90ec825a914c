import type { Logger } from 'pino'
import { readPolicyFile } from '../command/policy-file.ts'
import { tickMs } from '../link/link.ts'
import { transaction } from '../store/open.ts'
import type { Core } from './core.ts'
import type { Stores } from './stores.ts'

export interface RunDeps {
  readonly dataDir: string
  readonly stores: Stores
  readonly log: Logger
  readonly signal: AbortSignal
}

const pollTickMs = 200
const flushEveryMs = 200
const acknowledgeEveryMs = 2000
const lookEveryMs = 1000
const saveTablesEveryMs = 15_000
/** Answers to repeats are kept for this long [C1]; no command lives longer than an hour. */
const keepCommandsMs = 30 * 86_400_000

/** Sets a core in motion: everything in it that happens by the clock. */
export function runCore(core: Core, deps: RunDeps): void {
  const { links, poller, changes, acknowledgements, fleet, schedule } = core
  const plan = () => schedule.plan(pollable(core), performance.now())
  const timers: NodeJS.Timeout[] = []
  const every = (ms: number, run: () => void) => timers.push(setInterval(run, ms))
  deps.signal.addEventListener('abort', () => timers.forEach(timer => clearInterval(timer)))
  core.guard.recover()
  plan()
  every(pollTickMs, poller.tick)
  every(flushEveryMs, () => {
    if (!changes.flush()) return
    plan()
    links.beatSoon()
  })
  every(tickMs, links.tick)
  every(saveTablesEveryMs, () => saveTables(core, deps.stores))
  every(acknowledgeEveryMs, acknowledgements.flush)
  every(lookEveryMs, watchDisk(core, deps))
  forgetCommands(deps)
  every(86_400_000, () => forgetCommands(deps))
  links.follow(deps.stores.controls.all())
  void core.discovery.run()
  deps.log.info({ miners: fleet.inventory.all().length }, 'started')
}

const forgetCommands = ({ stores }: RunDeps) => stores.commands.forget(Date.now() - keepCommandsMs)

/** Also called at an orderly end. */
export function saveTables({ fleet }: Core, { db, live }: Stores): void {
  transaction(db, () => live.save(fleet.tables.cohorts(), Date.now()))
}

const pollable = ({ fleet, isConfigured }: Core) =>
  fleet.inventory
    .all()
    .filter(info => isConfigured(info.address))
    .map(info => info.id)

/** What people change on this box while the relay runs: the policy file, enrolled controls, logins of miners. */
function watchDisk({ links, reloadCredentials }: Core, { dataDir, stores, log }: RunDeps): () => void {
  const readPolicy = () => JSON.stringify(readPolicyFile(dataDir))
  const readVersion = () => JSON.stringify(stores.db.prepare('PRAGMA data_version').get())
  let [policy, version] = [readPolicy(), readVersion()]
  sayBroken(dataDir, log)
  return () => {
    // Rises when another process has written (sqlite.org/pragma.html#pragma_data_version).
    if (version !== (version = readVersion())) {
      links.follow(stores.controls.all())
      reloadCredentials()
    }
    if (policy !== (policy = readPolicy())) {
      sayBroken(dataDir, log)
      links.redial()
    }
  }
}

function sayBroken(dataDir: string, log: Logger): void {
  const read = readPolicyFile(dataDir)
  if (read.kind === 'broken') log.error(read.text)
}
