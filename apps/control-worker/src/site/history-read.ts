import {
  longestStepMs,
  minerStates,
  type HistoryGap,
  type HistoryPoint,
  type RelayId,
  type SiteHistory,
} from '@headframe/protocol'
import { beatIds, keptBeats } from './beat-store.ts'
import { gapsBetween } from './history-gaps.ts'

export interface HistorySpan {
  /** Epoch ms; `to` is not part of it. */
  readonly from: number
  readonly to: number
}

/** A relay with the place of its history. */
export interface HistorySource {
  readonly relay: RelayId
  readonly ring: number
  /** When it enrolled: nothing is missing from before. */
  readonly addedAt: number
}

const minuteMs = 60_000
const dayMs = 24 * 60 * minuteMs
/** Points of a minute up to a day, and fewer of longer spans: never more than 1,500. */
const steps = [
  { upTo: dayMs, stepMs: minuteMs },
  { upTo: 5 * dayMs, stepMs: 5 * minuteMs },
  { upTo: 15 * dayMs, stepMs: 15 * minuteMs },
] as const
/** Longest time that can be asked for at once. */
export const longestHistoryMs = 15 * dayMs
const maxGaps = 1000

/** What the relays of a site did, summed, with the times that are missing. */
export function readHistory(
  sql: SqlStorage,
  sources: readonly HistorySource[],
  span: HistorySpan & { readonly now: number },
): SiteHistory {
  const stepMs = steps.find(({ upTo }) => span.to - span.from <= upTo)?.stepMs ?? 15 * minuteMs
  const points = new Map<number, HistoryPoint>()
  const gaps: HistoryGap[] = []
  for (const source of sources) {
    const buckets = bucketsOf(sql, source.ring, { ...span, stepMs })
    for (const bucket of buckets) points.set(bucket.bucket, addPoint(points.get(bucket.bucket), bucket, stepMs))
    gaps.push(...gapsOf(sql, source, { ...span, buckets }))
  }
  return {
    stepMs,
    points: [...points.values()].toSorted((a, b) => a.at - b.at),
    gaps: gaps.toSorted((a, b) => a.fromAt - b.fromAt).slice(-maxGaps),
  }
}

/** The mean over the minutes of one step, of one relay. */
interface Bucket extends Record<string, SqlStorageValue> {
  readonly bucket: number
  readonly firstAt: number
  readonly lastAt: number
  readonly hashrateHs: number | null
  readonly expectedHashrateHs: number | null
  readonly powerW: number | null
  readonly miners: number
  readonly hashing: number
  readonly offline: number
}

const means = ['hashrateHs', 'expectedHashrateHs', 'powerW', 'hashing', 'offline']
const minute = `at, hashrateHs, expectedHashrateHs, powerW, hashing, offline, ${minerStates.join(' + ')} AS miners`

/** Bodies are not read: they lie behind the columns that are, on pages of their own. Numbers are bound as REAL. */
const bucketQuery = `SELECT CAST(at / ? AS INTEGER) AS bucket, min(at) AS firstAt, max(at) AS lastAt, avg(miners) AS miners,
  ${means.map(name => `avg(${name}) AS ${name}`).join(', ')} FROM (
    SELECT ${minute} FROM beat_ring WHERE id BETWEEN ? AND ? AND at >= ? AND at < ?
    UNION ALL SELECT ${minute} FROM backfill_minute WHERE ring = ? AND at >= ? AND at < ?)
  GROUP BY bucket ORDER BY bucket`

function bucketsOf(sql: SqlStorage, ring: number, { from, to, stepMs }: HistorySpan & { stepMs: number }): Bucket[] {
  return sql.exec<Bucket>(bucketQuery, stepMs, ...beatIds(ring), from, to, ring, from, to).toArray()
}

function addPoint(point: HistoryPoint | undefined, bucket: Bucket, stepMs: number): HistoryPoint {
  const sum = (a: number | null | undefined, b: number | null) => (b === null ? (a ?? null) : (a ?? 0) + b)
  return {
    at: bucket.bucket * stepMs,
    hashrateHs: sum(point?.hashrateHs, bucket.hashrateHs),
    expectedHashrateHs: sum(point?.expectedHashrateHs, bucket.expectedHashrateHs),
    powerW: sum(point?.powerW, bucket.powerW),
    miners: (point?.miners ?? 0) + Math.round(bucket.miners),
    hashing: (point?.hashing ?? 0) + Math.round(bucket.hashing),
    offline: (point?.offline ?? 0) + Math.round(bucket.offline),
  }
}

/** Times of a relay without a minute: those it explained, and the rest, which it may yet send [S5]. */
function gapsOf(
  sql: SqlStorage,
  { relay, ring, addedAt }: HistorySource,
  { from, to, now, buckets }: HistorySpan & { now: number; buckets: readonly Bucket[] },
): HistoryGap[] {
  const told = gapsBetween(sql, ring, { from, to })
  const oldest = Math.max(from, addedAt, now - keptBeats * minuteMs)
  const covered = [...buckets.map(({ firstAt, lastAt }) => ({ fromAt: firstAt, toAt: lastAt })), ...told]
  const holes: HistoryGap[] = []
  let reached = oldest
  for (const { fromAt, toAt } of covered.toSorted((a, b) => a.fromAt - b.fromAt)) {
    if (fromAt - reached > longestStepMs) holes.push({ relay, fromAt: reached, toAt: fromAt, reason: 'pending' })
    reached = Math.max(reached, toAt)
  }
  const end = Math.min(to, now)
  if (end - reached > longestStepMs) holes.push({ relay, fromAt: reached, toAt: end, reason: 'pending' })
  return [...told.map(({ fromAt, toAt, reason }) => ({ relay, fromAt, toAt, reason })), ...holes]
}
