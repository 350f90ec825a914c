import { columns, fromCode, nullCode, type Column } from '@headframe/protocol'
import type { Fleet } from './fleet.ts'

// Logarithmic codes of all that a mine can show stay below this (1e19 H/s is code 64,700).
const knownLogCodes = 65_536
const logValues = Float64Array.from(
  { length: knownLogCodes },
  (_, code) => fromCode({ kind: 'log' }, code) ?? Number.NaN,
)

/** The value behind a code, `NaN` when unknown: for loops over all rows, where `null` would cost. */
export function numberOf(column: Column, code: number): number {
  if (code === nullCode) return Number.NaN
  if (column.coding.kind === 'log' && code >= 0 && code < knownLogCodes) return logValues[code] ?? Number.NaN
  return fromCode(column.coding, code) ?? Number.NaN
}

/** One value of one miner, `null` when unknown. */
export function valueAt(fleet: Fleet, column: Column, row: number): number | null {
  const value = numberOf(column, fleet.codes(column)[row] ?? nullCode)
  return Number.isNaN(value) ? null : value
}

/** J/TH of one miner; `null` unless both its power and a hashrate are known. */
export function efficiencyAt(fleet: Fleet, row: number): number | null {
  const hashrateHs = valueAt(fleet, columns.hashrateHs, row)
  const powerW = valueAt(fleet, columns.powerW, row)
  return hashrateHs === null || powerW === null || hashrateHs === 0 ? null : powerW / (hashrateHs / 1e12)
}

/** Percent of shares that its pools accepted; `null` before the first. */
export function acceptedPercentAt(fleet: Fleet, row: number): number | null {
  const accepted = valueAt(fleet, columns.accepted, row)
  const rejected = valueAt(fleet, columns.rejected, row)
  const all = (accepted ?? 0) + (rejected ?? 0)
  return accepted === null || all === 0 ? null : (100 * accepted) / all
}

/** How long it has been up, ms. */
export function uptimeAt(fleet: Fleet, row: number, now: number): number | null {
  return spanSince(columns.startedAt, { fleet, row, now })
}

/** Age of its last reading, ms. */
export function ageAt(fleet: Fleet, row: number, now: number): number | null {
  return spanSince(columns.observedAt, { fleet, row, now })
}

interface SpanPlace {
  readonly fleet: Fleet
  readonly row: number
  /** By the clock of control. */
  readonly now: number
}

/** Times of rows are by the clock of their relay, which may be wrong: all ages are taken here. */
function spanSince(column: Column, { fleet, row, now }: SpanPlace): number | null {
  const at = valueAt(fleet, column, row)
  return at === null ? null : Math.max(0, now + fleet.clockOffsetAt(row) - at)
}
