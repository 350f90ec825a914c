import { controlId, relayId, siteId, type ControlId, type Cursor } from '@headframe/protocol'
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'

const controlRow = z.object({
  control: controlId,
  url: z.string(),
  /** What this control calls us. */
  relay: relayId,
  site: siteId,
  enrolled_at: z.number().int(),
})

/** A control that this relay was enrolled with, and serves. */
export interface EnrolledControl {
  readonly control: ControlId
  readonly url: string
  readonly relay: z.infer<typeof relayId>
  readonly site: z.infer<typeof siteId>
  readonly enrolledAt: number
}

export interface ControlStore {
  readonly all: () => EnrolledControl[]
  readonly save: (control: EnrolledControl) => void
  /** Forgets a control. */
  readonly remove: (control: ControlId) => void
  /** What this control last said is durable there. */
  readonly cursor: (control: ControlId) => Cursor
  readonly setCursor: (control: ControlId, cursor: Cursor) => void
  /** Up to here every control has everything; null without controls. */
  readonly slowest: () => Cursor | null
}

export function createControlStore(db: DatabaseSync): ControlStore {
  return {
    all: () =>
      db
        .prepare('SELECT control, url, relay, site, enrolled_at FROM controls ORDER BY enrolled_at, control')
        .all()
        .map(enrolledOf),
    save: ({ control, url, relay, site, enrolledAt }) => {
      db.prepare(
        `INSERT INTO controls (control, url, relay, site, enrolled_at) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (control) DO UPDATE SET url = excluded.url, relay = excluded.relay, site = excluded.site,
           enrolled_at = excluded.enrolled_at, epoch = iif(relay = excluded.relay, epoch, 0),
           seq = iif(relay = excluded.relay, seq, 0)`,
      ).run(control, url, relay, site, enrolledAt)
    },
    remove: control => void db.prepare('DELETE FROM controls WHERE control = ?').run(control),
    cursor: control =>
      cursorRow.parse(db.prepare('SELECT epoch, seq FROM controls WHERE control = ?').get(control) ?? start),
    setCursor: (control, { epoch, seq }) => {
      db.prepare('UPDATE controls SET epoch = ?, seq = ? WHERE control = ?').run(epoch, seq, control)
    },
    slowest: () => {
      const row = db.prepare('SELECT epoch, seq FROM controls ORDER BY epoch, seq LIMIT 1').get()
      return row === undefined ? null : cursorRow.parse(row)
    },
  }
}

const start: Cursor = { epoch: 0, seq: 0 }
const cursorRow = z.object({ epoch: z.number().int(), seq: z.number().int() })

function enrolledOf(row: unknown): EnrolledControl {
  const { enrolled_at, ...rest } = controlRow.parse(row)
  return { ...rest, enrolledAt: enrolled_at }
}
