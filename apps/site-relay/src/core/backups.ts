import type { Restored } from '../store/backup.ts'
import type { Core, CoreDeps } from './core.ts'

/** At most this much is lost when the disk damages `site.db`. */
const everyMs = 3_600_000
/** A start has more urgent things to do. */
const firstAfterMs = 60_000

/** Copies the database now and then; a copy that fails is told, and tried again at the next time. */
export async function runBackups(deps: CoreDeps, makeCopy: () => Promise<void>): Promise<void> {
  const { world, signal, log } = deps
  await world.sleep(firstAfterMs, signal)
  while (!signal.aborted) {
    await makeCopy().catch((error: unknown) => log.warn({ err: error }, 'site.db could not be copied'))
    await world.sleep(everyMs, signal)
  }
}

/** Tells people that the relay goes on from a copy. What it lost is told anew as controls say where they are [S5]. */
export function tellRestored({ changes }: Core, { madeAt, damaged }: Restored): void {
  const copy = new Date(madeAt).toISOString()
  const before = damaged === null ? 'was gone' : 'was damaged and is now in the folder damaged beside it'
  const text = `site.db ${before}. The relay goes on from its copy of ${copy}.`
  changes.note({ level: 'warning', code: 'database-damaged', text })
}
