import { after, eventBody, maxFollowedEpoch, type Cursor, type EventEnvelope } from '@headframe/protocol'
import type { CoreDeps } from '../core/core.ts'
import { resultsOf } from '../store/renewal.ts'
import type { Writer } from '../store/writer.ts'

/**
 * A control that was restored from an older backup misses what this box told it when it acted, and what is forgotten here
 * since; or this box was restored, and that control knows more of it than it does itself. Either is told as a gap, after
 * which both are at one place again [S5]. The inventory is told by the box that acts next. An epoch that no clock
 * calls is not followed.
 */
export function tellLostEvents(
  {
    stores: { commands, journal },
    world,
    write,
  }: Pick<CoreDeps, 'stores' | 'world'> & { readonly write: Writer['write'] },
  control: Cursor,
): void {
  if (control.epoch > Math.max(maxFollowedEpoch, journal.epoch())) return
  const restored = control.epoch > 0 && !journal.hasWritten(control)
  const missed = after(journal.forgotten(), control)
  if (!restored && (!missed || journal.read(control, mostRead).some(isGapNote))) return
  write(() => {
    journal.beginEpoch(Math.max(world.now(), restored ? control.epoch : 0), world.random)
    journal.append([{ type: 'note', level: 'warning', code: 'gap', text }, ...resultsOf(commands)], world.now())
    journal.setAnnounced(0)
  })
}

/** Notes of a gap come at the end of what is held; so many are looked through for one. */
const mostRead = 1000
const text = 'Events of this box are lost: it, or this control, was restored from a backup.'

function isGapNote({ body }: EventEnvelope): boolean {
  const read = eventBody.safeParse(body)
  return read.success && read.data.type === 'note' && read.data.code === 'gap'
}
