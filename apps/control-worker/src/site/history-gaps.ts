import { longestStepMs, type GapReason } from '@headframe/protocol'
import type { Span } from './backfill.ts'

/** Of each relay: the oldest go, and show as not sent yet. */
const maxGaps = 1000

export interface StoredGap extends Record<string, SqlStorageValue> {
  readonly fromAt: number
  readonly toAt: number
  readonly reason: GapReason
}

/** Marks a part of history that will never come [S5]. Neighbours of one reason are one gap: a relay that starts every minute leaves few. */
export function markHistoryGap(
  sql: SqlStorage,
  { ring, state, from, through, reason }: Span & { reason: GapReason },
): void {
  const ends = [from.at - state.clockOffsetMs, through.at - state.clockOffsetMs]
  const neighbours = gapsBetween(sql, ring, {
    from: Math.min(...ends) - longestStepMs,
    to: Math.max(...ends) + longestStepMs,
  }).filter(gap => gap.reason === reason)
  for (const { fromAt } of neighbours) {
    sql.exec('DELETE FROM history_gap WHERE ring = ? AND fromAt = ? AND reason = ?', ring, fromAt, reason)
  }
  const fromAt = Math.min(...ends, ...neighbours.map(gap => gap.fromAt))
  const toAt = Math.max(...ends, ...neighbours.map(gap => gap.toAt))
  sql.exec(
    'INSERT OR REPLACE INTO history_gap (ring, fromAt, toAt, reason) VALUES (?, ?, ?, ?)',
    ring,
    fromAt,
    toAt,
    reason,
  )
  sql.exec(
    `DELETE FROM history_gap WHERE ring = ?1 AND fromAt <
      (SELECT fromAt FROM history_gap WHERE ring = ?1 ORDER BY fromAt DESC LIMIT 1 OFFSET ${maxGaps - 1})`,
    ring,
  )
}

/** Those that touch a time, oldest first. */
export function gapsBetween(sql: SqlStorage, ring: number, { from, to }: { from: number; to: number }): StoredGap[] {
  return sql
    .exec<StoredGap>(
      'SELECT fromAt, toAt, reason FROM history_gap WHERE ring = ? AND toAt >= ? AND fromAt <= ? ORDER BY fromAt',
      ring,
      from,
      to,
    )
    .toArray()
}
