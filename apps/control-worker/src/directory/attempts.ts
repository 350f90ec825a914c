/** How often somebody tried, and when last. */
export interface Attempts {
  readonly count: number
  readonly at: number
}

/** Milliseconds to wait before the next try. */
export type Limit = (attempts: Attempts, now: number) => number

const freeTries = 5
const firstPauseMs = 5000
const longestPauseMs = 5 * 60_000
const forgottenAfterMs = 60 * 60_000

/** For one login or one code: five tries, then pauses that double from 5 s to 5 min. An hour without a try forgives. */
export const perName: Limit = ({ count, at }, now) => {
  if (count < freeTries || isOver(at, forgottenAfterMs, now)) return 0
  return Math.max(0, at + Math.min(firstPauseMs * 2 ** (count - freeTries), longestPauseMs) - now)
}

const perMinute = 60
const minuteMs = 60_000

/** For all tries together: a guesser with many logins gets no more than this, and hashing takes at most a fifth of a core. */
export const inTotal: Limit = ({ count, at }, now) =>
  count < perMinute || isOver(at, minuteMs, now) ? 0 : at + minuteMs - now

/** The attempts with one more in it. For the total, `at` is when the minute began. */
export function countedIn(attempts: Attempts | null, now: number, kind: 'name' | 'total'): Attempts {
  if (attempts === null) return { count: 1, at: now }
  if (isOver(attempts.at, kind === 'total' ? minuteMs : forgottenAfterMs, now)) return { count: 1, at: now }
  return { count: attempts.count + 1, at: kind === 'total' ? attempts.at : now }
}

/** A clock that was put back must not make anybody wait until the time that it showed before. */
const isOver = (at: number, forMs: number, now: number) => now < at || now - at >= forMs
