import type { Core, CoreDeps } from './core.ts'
import { saveTables } from './table-saves.ts'

/** What is under way at the end has this long to tell its outcome; after that it is unknown [C2]. */
const graceMs = 1200

/** Writes down what a core still has in memory, once its signal was aborted. */
export async function endCore(core: Core, deps: CoreDeps): Promise<void> {
  await core.guard.settled(graceMs)
  core.changes.flush()
  saveTables(core, deps)
  core.acknowledgements.flush()
  core.history.close()
}
