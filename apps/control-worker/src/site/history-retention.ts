import { pruneRings } from './beat-store.ts'
import type { SiteParts } from './parts.ts'

/** As long as beats, see beat-store.ts, from when it came: whatever time its relay says that it was. */
const keptMs = 8 * 24 * 60 * 60_000
/** A minute is of a day of the past when it comes, or of a week. So are gaps. */
const keptMinutesMs = 2 * keptMs
/** Of a site: twice what a hundred thousand miners send of a week. */
const keptMessages = 32_768
/** A message of history takes some 50 pages on disk: this many are gone in a few milliseconds. */
const messagesAtOnce = 20
const rowsAtOnce = 200
const goOnMs = 1000

/** How often old history is looked for, once some came; and once only its minutes and gaps are left. */
export const lookForOldMs = 60 * 60_000
const lookForOldMinutesMs = 24 * lookForOldMs

/** Deletes a little of what is old, and of relays that are gone; comes back for the rest. */
export function forgetOldHistory({ alarms, book, now, sql }: SiteParts): void {
  const rings = book.all().flatMap(({ ring }) => ring?.id ?? [])
  const more = [
    pruneMessages(sql, now() - keptMs),
    pruneMinutes(sql, now() - keptMinutesMs),
    pruneGaps(sql, rings, now() - keptMinutesMs),
    pruneRings(sql, rings, messagesAtOnce),
  ]
  if (more.includes(true)) alarms.set('history', now() + goOnMs)
  else if (hasRows(sql, 'backfill')) alarms.set('history', now() + lookForOldMs)
  else if (hasRows(sql, 'backfill_minute') || hasRows(sql, 'history_gap'))
    alarms.set('history', now() + lookForOldMinutesMs)
}

const hasRows = (sql: SqlStorage, table: 'backfill' | 'backfill_minute' | 'history_gap') =>
  sql.exec(`SELECT 1 FROM ${table} LIMIT 1`).toArray().length > 0

/** Rows go from the oldest on: nothing has to be counted. */
function pruneMessages(sql: SqlStorage, before: number): boolean {
  const old = sql
    .exec<{ id: number }>(
      `SELECT id FROM (SELECT id, storedAt FROM backfill ORDER BY id LIMIT ${messagesAtOnce})
        WHERE storedAt < ? OR id <= (SELECT max(id) FROM backfill) - ${keptMessages}`,
      before,
    )
    .toArray()
  for (const { id } of old) sql.exec('DELETE FROM backfill WHERE id = ?', id)
  return old.length === messagesAtOnce
}

function pruneMinutes(sql: SqlStorage, before: number): boolean {
  const query = `SELECT ring, at FROM backfill_minute WHERE at < ? LIMIT ${rowsAtOnce}`
  const old = sql.exec<{ ring: number; at: number }>(query, before).toArray()
  for (const { ring, at } of old) sql.exec('DELETE FROM backfill_minute WHERE ring = ? AND at = ?', ring, at)
  return old.length === rowsAtOnce
}

/** Few to a relay, see history-gaps.ts. */
function pruneGaps(sql: SqlStorage, rings: readonly number[], before: number): boolean {
  const query = `SELECT ring, fromAt, reason FROM history_gap
    WHERE toAt < ? OR ring NOT IN (SELECT value FROM json_each(?)) LIMIT ${rowsAtOnce}`
  const old = sql.exec<{ ring: number; fromAt: number; reason: string }>(query, before, JSON.stringify(rings)).toArray()
  for (const { ring, fromAt, reason } of old) {
    sql.exec('DELETE FROM history_gap WHERE ring = ? AND fromAt = ? AND reason = ?', ring, fromAt, reason)
  }
  return old.length === rowsAtOnce
}
