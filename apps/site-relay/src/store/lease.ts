import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'

const leaseRow = z.object({ term: z.number().int(), own: z.number().int().nullable(), told: z.number().int() })

/** What a box keeps of the lease [S8]. */
export interface LeaseStore {
  readonly read: () => Readonly<z.infer<typeof leaseRow>>
  /** The highest term that was heard of. */
  readonly heard: (term: number) => void
  /** A person says that the other box is off: this one acts from now on. Gives the term that it does so under. */
  readonly takeOver: () => number
  /** A giver has answered since: it knows, or knows better. */
  readonly giverKnows: () => void
  /** The whole inventory is told under this term. */
  readonly told: (term: number) => void
}

/** More changes than can have happened while this box heard of none: under a term that the other box had it would not be listened to. */
const unheard = 100

export function createLeaseStore(db: DatabaseSync): LeaseStore {
  const read = () => leaseRow.parse(db.prepare('SELECT term, own, told FROM lease').get())
  return {
    read,
    heard: term => {
      db.prepare('UPDATE lease SET term = max(term, ?)').run(term)
    },
    takeOver: () => {
      const term = read().term + unheard
      db.prepare('UPDATE lease SET own = ?, term = ?').run(term, term)
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
