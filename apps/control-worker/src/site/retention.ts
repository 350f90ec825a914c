import type { RelayId } from '@headframe/protocol'

/** Of each relay. Enough to see what goes wrong there; a relay that is broken can send thousands an hour. */
const keptOfRelay = 1000
/** Of each site: ended ones, for as long as somebody may ask who did what. */
const keptCommands = { count: 10_000, ms: 30 * 24 * 60 * 60_000 }
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
  // Rows go from the oldest on: those after this place are at most as many as are kept, and nothing has to be counted.
  sql.exec(
    `DELETE FROM command WHERE rowid IN (SELECT rowid FROM command
      WHERE rowid <= (SELECT max(rowid) FROM command) - ${keptCommands.count} AND endedAt IS NOT NULL
      ORDER BY rowid LIMIT ${rowsAtOnce})`,
  )
  sql.exec(
    `DELETE FROM command WHERE rowid IN (SELECT rowid FROM command ORDER BY rowid LIMIT ${rowsAtOnce})
      AND endedAt <= ?`,
    now - keptCommands.ms,
  )
}
