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
  if (count < freeTries || now - at >= forgottenAfterMs) return 0
  return Math.max(0, at + Math.min(firstPauseMs * 2 ** (count - freeTries), longestPauseMs) - now)
}

const perMinute = 60

/** For all tries together: a guesser with many logins gets no more than this, and hashing takes at most a fifth of a core. */
export const inTotal: Limit = ({ count, at }, now) => (count < perMinute ? 0 : Math.max(0, at + 60_000 - now))

/** The attempts with one more in it. For the total, `at` is when the minute began. */
export function countedIn(attempts: Attempts | null, now: number, kind: 'name' | 'total'): Attempts {
  if (attempts === null) return { count: 1, at: now }
  if (kind === 'total')
    return now - attempts.at >= 60_000 ? { count: 1, at: now } : { ...attempts, count: attempts.count + 1 }
  return now - attempts.at >= forgottenAfterMs ? { count: 1, at: now } : { count: attempts.count + 1, at: now }
}
