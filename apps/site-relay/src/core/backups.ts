import type { Restored } from '../store/backup.ts'
import type { Core, CoreDeps } from './core.ts'

/** At most this much is lost when the disk damages `site.db`. */
const everyMs = 3_600_000
/** A start has more urgent things to do. */
const firstAfterMs = 60_000

/**
 * Copies the database now and then; a copy that fails is told, and tried again at the next time.
 * @param acting the core that can tell people
 */
export async function runBackups(
  { world, signal, log }: Pick<CoreDeps, 'world' | 'signal' | 'log'>,
  makeCopy: () => Promise<void>,
  acting: () => Pick<Core, 'changes'> | null,
): Promise<void> {
  let isTold = false
  await world.sleep(firstAfterMs, signal)
  while (!signal.aborted) {
    try {
      await makeCopy()
      isTold = false
    } catch (error) {
      log.warn({ err: error }, 'site.db could not be copied')
      isTold ||= tellNoCopy(acting())
    }
    await world.sleep(everyMs, signal)
  }
}

const noCopy =
  'No whole copy of site.db can be made: it may be damaged. The copies made before are kept. The log of the relay says what is wrong; look at the disk.'

/** False when there is nobody who could tell. */
function tellNoCopy(core: Pick<Core, 'changes'> | null): boolean {
  core?.changes.note({ level: 'warning', code: 'no-backup', text: noCopy })
  return core !== null
}

/** Tells people that the relay goes on from a copy. What it lost is told anew as controls say where they are [S5]. */
export function tellRestored({ changes }: Core, { madeAt, damaged }: Restored): void {
  const copy = new Date(madeAt).toISOString()
  const before = damaged === null ? 'was gone' : 'was damaged and is now in the folder damaged beside it'
  const text = `site.db ${before}. The relay goes on from its copy of ${copy}.`
  changes.note({ level: 'warning', code: 'database-damaged', text })
}
