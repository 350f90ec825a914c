import { newTerm } from '@headframe/protocol'
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'

const leaseRow = z.object({ term: z.number().int(), own: z.number().int().nullable(), told: z.number().int() })

/** What a box keeps of the lease [S8]. */
export interface LeaseStore {
  readonly read: () => Readonly<z.infer<typeof leaseRow>>
  /** The highest term that was heard of. */
  readonly heard: (term: number) => void
  /**
   * A person says that the other box is off: this one acts once its giver was silent for long enough. Gives the term that
   * it does so under, which nobody has heard of until then. `now` is epoch ms.
   */
  readonly takeOver: (now: number) => number
  /** A giver has answered since: it knows, or knows better. */
  readonly giverKnows: () => void
  /** The whole inventory is told under this term. */
  readonly told: (term: number) => void
}

/** More changes than this box can have missed: under a term that the other box had nobody would listen to it. */
const unheard = 100

export function createLeaseStore(db: DatabaseSync): LeaseStore {
  const read = () => leaseRow.parse(db.prepare('SELECT term, own, told FROM lease').get())
  return {
    read,
    heard: term => {
      db.prepare('UPDATE lease SET term = max(term, ?)').run(term)
    },
    takeOver: now => {
      const { term: known, own } = read()
      const term = newTerm(Math.max(known, own ?? 0), now) + unheard
      db.prepare('UPDATE lease SET own = ?').run(term)
      return term
    },
    giverKnows: () => {
      db.exec('UPDATE lease SET own = NULL WHERE own IS NOT NULL')
    },
    told: term => {
      db.prepare('UPDATE lease SET told = ?').run(term)
    },
  }
}
