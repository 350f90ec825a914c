import { after, type Cursor } from '@headframe/protocol'
import type { DatabaseSync } from 'node:sqlite'

/** Every event that was ever committed on a relay's disk, in order: what controls may know, and nothing else. */
export interface Ledger {
  /** Takes what a relay's disk has beyond the last look. */
  readonly read: (db: DatabaseSync) => void
  /** After a restore: looks at all of it again, and knows what the disk has lost. */
  readonly reread: (db: DatabaseSync) => void
  /** Events after one place and up to another. */
  readonly between: (from: Cursor, to: Cursor) => readonly Entry[]
  readonly has: (cursor: Cursor) => boolean
  /** The disk was replaced by an older copy that lacks it. */
  readonly isLost: (entry: Entry) => boolean
}

export interface Entry extends Cursor {
  readonly body: EventText
  readonly text: string
}

interface EventText {
  readonly type: string
  readonly [field: string]: unknown
}

/** @param said an event as it travels: a newer release says some in its own way */
export function createLedger(
  violated: (rule: string, text: string) => void,
  said: (text: string) => string = text => text,
): Ledger {
  const entries: Entry[] = []
  const byPlace = new Map<string, Entry>()
  const lost = new Set<Entry>()
  let seen: Cursor = { epoch: 0, seq: 0 }

  function take({ epoch, seq, body: text }: Row): void {
    const place = `${epoch}/${seq}`
    const known = byPlace.get(place)
    if (known && known.text !== text) violated('S2', `event ${place} is two events`)
    if (known) return
    const entry: Entry = { epoch, seq, text, body: JSON.parse(said(text)) }
    byPlace.set(place, entry)
    entries.push(entry)
    if (entries.length > 1 && !after(entry, entries.at(-2) ?? entry)) entries.sort((a, b) => (after(a, b) ? 1 : -1))
  }

  function rowsAfter(db: DatabaseSync, from: Cursor): Row[] {
    const rows = db
      .prepare('SELECT epoch, seq, body FROM events WHERE (epoch, seq) > (?, ?) ORDER BY epoch, seq')
      .all(from.epoch, from.seq)
    return rows.map(row => ({ epoch: Number(row['epoch']), seq: Number(row['seq']), body: String(row['body']) }))
  }

  return {
    read: db => {
      const rows = rowsAfter(db, seen)
      rows.forEach(take)
      seen = rows.at(-1) ?? seen
    },
    reread: db => {
      const forgotten = db.prepare('SELECT epoch, seq FROM forgotten').get()
      const from = { epoch: Number(forgotten?.['epoch']), seq: Number(forgotten?.['seq']) }
      const rows = rowsAfter(db, { epoch: 0, seq: 0 })
      const held = new Set(rows.map(({ epoch, seq }) => `${epoch}/${seq}`))
      for (const entry of entries) if (after(entry, from) && !held.has(`${entry.epoch}/${entry.seq}`)) lost.add(entry)
      rows.forEach(take)
      seen = rows.at(-1) ?? from
    },
    between: (from, to) => entries.filter(entry => after(entry, from) && !after(entry, to)),
    has: ({ epoch, seq }) => byPlace.has(`${epoch}/${seq}`),
    isLost: entry => lost.has(entry),
  }
}

interface Row {
  readonly epoch: number
  readonly seq: number
  readonly body: string
}
