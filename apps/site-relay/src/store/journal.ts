import { after, eventBody, type Cursor, type EventBody, type EventEnvelope } from '@headframe/protocol'
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'

/** The outbox of events: each stays until every enrolled control has it on disk [S1]. */
export interface Journal {
  /** To be taken before a transaction: what it gives is called when that was undone. */
  readonly mark: () => () => void
  /** Epoch of what is written now. */
  readonly epoch: () => number
  /** That of the first start on this database, which the clock of then called. */
  readonly firstEpoch: () => number
  /** The place of the last event that was written. */
  readonly head: () => Cursor
  /**
   * Starts an epoch above the present one and above `past`: a clock, at a start. A box that was restored from a backup
   * would number anew what controls have from it already [S2]. Where its clock was set back as well, the epoch is not the
   * next one but some above, as `random` has it.
   */
  readonly beginEpoch: (past: number, random: () => number) => void
  /** False for a place that is of no epoch of ours, or past the end of one: events after this copy of the database are lost. */
  readonly hasWritten: (place: Cursor) => boolean
  /** The last epoch in which the whole inventory was told; 0 when it was not, or has to be told again. */
  readonly announced: () => number
  readonly setAnnounced: (epoch: number) => void
  readonly append: (bodies: readonly EventBody[], at: number) => void
  /** Events after a place, oldest first, at most `limit`. */
  readonly read: (from: Cursor, limit: number) => EventEnvelope[]
  /** True when something that is held after a place, and up to another, is of the inventory. */
  readonly holdsFacts: (from: Cursor, to: Cursor) => boolean
  /** The last event that is no longer held. */
  readonly forgotten: () => Cursor
  readonly forget: (upTo: Cursor) => void
  /** Keeps the newest `most` events and forgets the rest. */
  readonly cap: (most: number) => void
  readonly count: () => number
}

export function createJournal(db: DatabaseSync): Journal {
  const { insert, read, facts, count, oldest, remove, mark } = statements(db)
  const { endEpoch, pruneEpochs, lastOf, firstEpoch, firstStart } = epochStatements(db)
  let { epoch } = epochRow.parse(db.prepare('SELECT epoch FROM epoch').get())
  const forgotten = () => cursorRow.parse(db.prepare('SELECT epoch, seq FROM forgotten').get())
  const forget = (upTo: Cursor) => {
    if (!after(upTo, forgotten())) return
    held -= Number(remove.run(upTo.epoch, upTo.seq).changes)
    mark.run(upTo.epoch, upTo.seq)
  }
  let seq = lastSeq(db, { epoch, gone: forgotten() })
  // Counted once: SQLite reads every page for it, which is much when a control is away for weeks.
  let held = countRow.parse(count.get()).count
  return {
    mark: () => {
      const before = [epoch, seq, held] as const
      return () => {
        ;[epoch, seq, held] = before
      }
    },
    epoch: () => epoch,
    firstEpoch: () => firstRow.parse(firstStart.get()).first ?? epoch,
    head: () => ({ epoch, seq }),
    beginEpoch: (past, random) => {
      endEpoch.run(epoch, seq)
      pruneEpochs.run(mostEpochs)
      epoch = Math.max(epoch + Math.floor(random() * mostSkipped), past) + 1
      seq = 0
      db.prepare('UPDATE epoch SET epoch = ?').run(epoch)
    },
    hasWritten: place => {
      if (place.epoch >= epoch) return !after(place, { epoch, seq })
      const ended = endedRow.safeParse(lastOf.get(place.epoch))
      if (ended.success) return place.seq <= ended.data.last
      // What was before the oldest that is written down nobody can tell any more.
      const { first } = firstRow.parse(firstEpoch.get())
      return first === null || place.epoch < first
    },
    announced: () => announcedRow.parse(db.prepare('SELECT announced FROM epoch').get()).announced,
    setAnnounced: of => {
      db.prepare('UPDATE epoch SET announced = ?').run(of)
    },
    append: (bodies, at) => {
      for (const body of bodies) {
        insert.run(epoch, seq + 1, at, JSON.stringify(eventBody.parse(body)))
        seq += 1
        held += 1
      }
    },
    holdsFacts: (from, to) => facts.get(from.epoch, from.seq, to.epoch, to.seq) !== undefined,
    read: (from, limit) => read.all(from.epoch, from.seq, limit).map(envelopeOf),
    forgotten,
    forget,
    cap: most => {
      const excess = held - most
      if (excess > 0) forget(cursorRow.parse(oldest.get(excess - 1)))
    },
    count: () => held,
  }
}

function lastSeq(db: DatabaseSync, { epoch, gone }: { readonly epoch: number; readonly gone: Cursor }): number {
  const { seq } = seqRow.parse(db.prepare('SELECT max(seq) AS seq FROM events WHERE epoch = ?').get(epoch))
  return Math.max(seq ?? 0, gone.epoch === epoch ? gone.seq : 0)
}

function statements(db: DatabaseSync) {
  return {
    insert: db.prepare('INSERT INTO events (epoch, seq, at, body) VALUES (?, ?, ?, ?)'),
    read: db.prepare('SELECT epoch, seq, at, body FROM events WHERE (epoch, seq) > (?, ?) ORDER BY epoch, seq LIMIT ?'),
    facts: db.prepare(
      `SELECT 1 FROM events WHERE (epoch, seq) > (?, ?) AND (epoch, seq) <= (?, ?)
        AND json_extract(body, '$.type') IN ('miner', 'minerRemoved', 'inventory') LIMIT 1`,
    ),
    count: db.prepare('SELECT count(*) AS count FROM events'),
    oldest: db.prepare('SELECT epoch, seq FROM events ORDER BY epoch, seq LIMIT 1 OFFSET ?'),
    remove: db.prepare('DELETE FROM events WHERE (epoch, seq) <= (?, ?)'),
    mark: db.prepare('UPDATE forgotten SET epoch = ?, seq = ?'),
  }
}

/** Epochs are called by a clock of ms: a relay that falls every second does not run ahead of it. */
const mostSkipped = 1000

/** Starts that are remembered: a relay that falls every minute has a week of them. */
const mostEpochs = 10_000

function epochStatements(db: DatabaseSync) {
  return {
    endEpoch: db.prepare('INSERT OR REPLACE INTO ended_epochs (epoch, last) VALUES (?, ?)'),
    pruneEpochs: db.prepare(
      'DELETE FROM ended_epochs WHERE epoch <= (SELECT epoch FROM ended_epochs ORDER BY epoch DESC LIMIT 1 OFFSET ?)',
    ),
    lastOf: db.prepare('SELECT last FROM ended_epochs WHERE epoch = ?'),
    firstEpoch: db.prepare('SELECT min(epoch) AS first FROM ended_epochs'),
    firstStart: db.prepare('SELECT min(epoch) AS first FROM ended_epochs WHERE epoch > 0'),
  }
}

const endedRow = z.object({ last: z.number().int() })
const firstRow = z.object({ first: z.number().int().nullable() })
const announcedRow = z.object({ announced: z.number().int() })
const epochRow = z.object({ epoch: z.number().int() })
const seqRow = z.object({ seq: z.number().int().nullable() })
const countRow = z.object({ count: z.number().int() })
const cursorRow = z.object({ epoch: z.number().int(), seq: z.number().int() })
const eventRow = cursorRow.extend({ at: z.number().int(), body: z.string() })

function envelopeOf(row: unknown): EventEnvelope {
  const { epoch, seq, at, body } = eventRow.parse(row)
  return { epoch, seq, at, body: JSON.parse(body) }
}
