import { after, type ControlId, type Cursor } from '@headframe/protocol'
import type { ControlStore } from './controls.ts'
import type { Journal } from './journal.ts'
import type { Writer } from './writer.ts'

/** What controls have for good. Kept in memory and written now and then: after a crash control says again where it is. */
export interface Acknowledgements {
  readonly durable: (control: ControlId, cursor: Cursor) => void
  /** Writes cursors, and forgets what every control has [S1]. */
  readonly flush: () => void
}

/** Events held for controls that are away: some weeks of a site with a WAN, and about 100 MB. */
const mostEvents = 200_000

export interface AcknowledgementDeps {
  readonly journal: Journal
  readonly controls: ControlStore
  readonly write: Writer['write']
}

export function createAcknowledgements({ journal, controls, write }: AcknowledgementDeps): Acknowledgements {
  const fresh = new Map<ControlId, Cursor>()
  return {
    durable: (control, cursor) => {
      // Nobody has what was not written yet: taken at its word, that would be forgotten before it was told.
      if (!after(cursor, journal.head())) fresh.set(control, cursor)
    },
    flush: () => {
      if (fresh.size === 0 && journal.count() <= mostEvents) return
      const written = write(() => {
        for (const [control, cursor] of fresh) controls.setCursor(control, cursor)
        const slowest = controls.slowest()
        if (slowest) journal.forget(slowest)
        journal.cap(mostEvents)
      })
      if (written) fresh.clear()
    },
  }
}
