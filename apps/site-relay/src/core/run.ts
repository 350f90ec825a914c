import type { PolicyText } from '../command/policy.ts'
import { tickMs } from '../link/link.ts'
import type { Core, CoreDeps } from './core.ts'
import { savingTables } from './table-saves.ts'

const pollTickMs = 200
const historyTickMs = 200
const flushEveryMs = 200
const acknowledgeEveryMs = 2000
const lookEveryMs = 1000
/** Answers to repeats are kept for this long [C1]; no command lives longer than an hour. */
const keepCommandsMs = 30 * 86_400_000

/** Sets a core in motion: everything in it that happens by the clock. */
export function runCore(core: Core, deps: CoreDeps): void {
  const { links, poller, changes, acknowledgements, fleet, history } = core
  const { world, signal, stores } = deps
  const every = (ms: number, run: () => void) => world.every(ms, run, signal)
  core.guard.recover()
  every(pollTickMs, poller.tick)
  every(historyTickMs, history.tick)
  every(flushEveryMs, () => {
    if (changes.flush()) links.beatSoon()
  })
  every(tickMs, links.tick)
  every(1000, savingTables(core, deps))
  every(acknowledgeEveryMs, acknowledgements.flush)
  every(lookEveryMs, watchDisk(core, deps))
  forgetCommands(core, deps)
  every(86_400_000, () => forgetCommands(core, deps))
  links.follow(stores.controls.all())
  void core.discovery.run()
  deps.log.info({ miners: fleet.inventory.size() }, 'started')
}

const forgetCommands = ({ writer }: Core, { stores, world }: CoreDeps) =>
  writer.write(() => stores.commands.forget(world.now() - keepCommandsMs))

/** What people change on this box while the relay runs: the policy file, enrolled controls, logins of miners. */
function watchDisk({ links, reloadCredentials }: Core, { edges, stores, log }: CoreDeps): () => void {
  const readPolicy = () => JSON.stringify(edges.readPolicy())
  const readVersion = () => JSON.stringify(stores.db.prepare('PRAGMA data_version').get())
  let [policy, version] = [readPolicy(), readVersion()]
  sayBroken(edges.readPolicy(), log)
  return () => {
    // Rises when another process has written (sqlite.org/pragma.html#pragma_data_version).
    if (version !== (version = readVersion())) {
      links.follow(stores.controls.all())
      reloadCredentials()
    }
    if (policy !== (policy = readPolicy())) {
      sayBroken(edges.readPolicy(), log)
      links.redial()
    }
  }
}

function sayBroken(read: PolicyText, log: CoreDeps['log']): void {
  if (read.kind === 'broken') log.error(read.text)
}
