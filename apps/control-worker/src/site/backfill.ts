import {
  addSummaries,
  createFollower,
  isKeyframe,
  isLater,
  minerStates,
  staleAfterMs,
  summarise,
  type Frame,
  type Moment,
} from '@headframe/protocol'
import { z } from 'zod'
import type { RelayState } from './relay-book.ts'

/** Minutes in one message of history; relays send twenty. */
const maxFrames = 64
const longestSpanMs = 2 * 60 * 60_000

/** What is wrong with the frames of a message of history, `null` for nothing: one cohort, in order of time, first a keyframe [X2]. */
export function checkBackfill(frames: readonly Frame[]): string | null {
  const [first] = frames
  const last = frames.at(-1)
  if (first === undefined || last === undefined || frames.length > maxFrames) return 'no frames, or too many'
  if (!isKeyframe(first)) return 'the first is no keyframe'
  if (frames.some(({ header }) => header.cohort !== first.header.cohort || header.epoch !== first.header.epoch))
    return 'frames of several cohorts or epochs'
  if (frames.some(({ header }, index) => index > 0 && header.at < (frames[index - 1]?.header.at ?? 0)))
    return 'not in order of time'
  return last.header.at - first.header.at > longestSpanMs ? 'too long a time' : null
}

export interface Backfill {
  readonly ring: number
  readonly state: RelayState
  readonly frames: readonly Frame[]
  readonly message: Uint8Array
  readonly now: number
}

/** One message as it came. The same again replaces itself [S2]. */
export function storeBackfill(sql: SqlStorage, { ring, state, frames, message, now }: Backfill): void {
  const [first] = frames
  if (first === undefined) return
  const { epoch, at, cohort } = first.header
  sql.exec(
    'INSERT OR REPLACE INTO backfill (ring, epoch, at, cohort, storedAt, minutes, body) VALUES (?, ?, ?, ?, ?, ?, ?)',
    ring,
    epoch,
    at,
    cohort,
    now,
    JSON.stringify(summariesOf(frames, staleAfterMs(state.pollEveryMs))),
    Uint8Array.from(message).buffer,
  )
}

/** What each frame left of its cohort, as far as they can be followed. */
function summariesOf(frames: readonly Frame[], staleMs: number): CohortMinute[] {
  const follower = createFollower()
  return frames.flatMap(frame => {
    if (follower.beat(frame) !== 'applied' || follower.table === null) return []
    const { at } = frame.header
    return [{ at, summary: summarise([follower.table], { now: at, staleAfterMs: staleMs, relaySilent: false }) }]
  })
}

const sum = z.number().nullable()
const states = z.record(z.enum(minerStates), z.number())
const summary = z.object({ hashrateHs: sum, expectedHashrateHs: sum, powerW: sum, states })
const cohortMinute = z.object({ at: z.number().int(), summary })
type CohortMinute = z.infer<typeof cohortMinute>
const stored = z.string().transform(text => cohortMinute.array().parse(JSON.parse(text)))

export interface Span {
  readonly ring: number
  readonly state: RelayState
  readonly from: Moment
  readonly through: Moment
}

const insertMinute = `INSERT OR REPLACE INTO backfill_minute
  (ring, at, hashrateHs, expectedHashrateHs, powerW, ${minerStates.join(', ')})
  VALUES (?, ?, ?, ?, ?, ${minerStates.map(() => '?').join(', ')})`

/** A minute that is further ahead is of a clock that was wrong: no chart would ever come to it, nor its end. */
const futureMs = 24 * 60 * 60_000
/** More than a span of the most cohorts that a relay may have. */
const maxMessagesPerSpan = 1024

/** The sums over all cohorts of the minutes of a span whose frames are here: what charts read. All frames of a minute have its time. */
export function storeMinutes(sql: SqlStorage, { ring, state, from, through }: Span, now: number): void {
  const setBack = isLater(from, through)
  const rows = sql.exec<{ minutes: string }>(
    `SELECT minutes FROM backfill WHERE ring = ? AND (epoch, at) >= (?, ?) AND (epoch, at) <= (?, ?)
      LIMIT ${maxMessagesPerSpan}`,
    ring,
    from.epoch,
    setBack ? through.at - longestSpanMs : from.at,
    through.epoch,
    through.at,
  )
  const minutes = [...rows].flatMap(row => stored.parse(row.minutes))
  for (const [at, cohorts] of Map.groupBy(minutes, minute => minute.at)) {
    const { hashrateHs, expectedHashrateHs, powerW, states } = addSummaries(cohorts.map(({ summary }) => summary))
    const counts = minerStates.map(name => states[name])
    if (at - state.clockOffsetMs > now + futureMs) continue
    sql.exec(insertMinute, ring, at - state.clockOffsetMs, hashrateHs, expectedHashrateHs, powerW, ...counts)
  }
}
