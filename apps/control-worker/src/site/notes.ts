import { mostNotes, siteNote, type RelayId, type SiteNotes } from '@headframe/protocol'

interface LostRow extends Record<string, SqlStorageValue> {
  relay: RelayId
  events: number
  lastAt: number
}

const newest = `SELECT relay, at, level, code, text FROM note ORDER BY at DESC, epoch DESC, seq DESC LIMIT ${mostNotes}`
// As REAL: a relay that counts wrong must not overflow the sum.
const gaps = 'SELECT relay, total(toSeq - fromSeq + 1) AS events, max(at) AS lastAt FROM gap GROUP BY relay'
const quarantined = 'SELECT relay, count(*) AS events, max(at) AS lastAt FROM quarantine GROUP BY relay'

/**
 * What the relays of a site noted, and which of their events are missing or could not be read, as far as it is kept.
 * @param clockOffsetOf by how much the clock of a relay is ahead: it stamped these times
 */
export function readNotes(sql: SqlStorage, clockOffsetOf: (relay: RelayId) => number): SiteNotes {
  const lost = (query: string) =>
    sql
      .exec<LostRow>(query)
      .toArray()
      .map(({ relay, events, lastAt }) => ({ relay, events, lastAt: lastAt - clockOffsetOf(relay) }))
  const notes = sql
    .exec(newest)
    .toArray()
    .map(row => siteNote.parse(row))
    .map(note => ({ ...note, at: note.at - clockOffsetOf(note.relay) }))
  return { notes, gaps: lost(gaps), quarantined: lost(quarantined) }
}
