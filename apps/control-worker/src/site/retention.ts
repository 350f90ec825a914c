import type { RelayId } from '@headframe/protocol'

/** Of each relay. Enough to see what goes wrong there; a relay that is broken can send thousands an hour. */
const keptOfRelay = 1000
/** Of each site: ended ones, for as long as somebody may ask who did what. As many as ten orders to all of 50,000 miners. */
const keptCommands = { ms: 30 * 24 * 60 * 60_000, count: 500_000 }
/** Rows that one call looks at or deletes beyond those kept: more than one message or request can add. */
const rowsAtOnce = 2000

const placeOf = { note: 'seq', quarantine: 'seq', gap: 'fromSeq' } as const

/** Deletes all but the newest events of a relay, or gaps between them, after some were added. */
export function pruneTold(sql: SqlStorage, table: keyof typeof placeOf, relay: RelayId): void {
  sql.exec(
    `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE relay = ?
      ORDER BY epoch DESC, ${placeOf[table]} DESC LIMIT ${rowsAtOnce} OFFSET ${keptOfRelay})`,
    relay,
  )
}

/** Deletes ended commands that are old or many, after some were added. Open ones stay, however old. */
export function pruneCommands(sql: SqlStorage, now: number): void {
  // Rows go from the oldest on. By our own clock: when one ended is what the clock of its relay said.
  pruneBefore(sql, '(SELECT rowid FROM command WHERE askedAt > ? ORDER BY rowid LIMIT 1)', now - keptCommands.ms)
  // Those after this place are at most as many as are kept, and nothing has to be counted.
  pruneBefore(sql, '(SELECT max(rowid) FROM command) - ? + 1', keptCommands.count)
}

/** Where nothing is before the place, one row is read. */
function pruneBefore(sql: SqlStorage, place: string, bound: number): void {
  sql.exec(
    `DELETE FROM command WHERE rowid IN (SELECT rowid FROM command WHERE rowid < ${place} AND endedAt IS NOT NULL
      ORDER BY rowid LIMIT ${rowsAtOnce})`,
    bound,
  )
}
