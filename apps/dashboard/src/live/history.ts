import type { Totals } from './totals.ts'

const historyEveryMs = 5000
/** An hour. */
const longest = 720

export interface Moment {
  readonly at: number
  readonly totals: Totals
}

/** What was seen since the page was opened: nothing older exists yet, and nothing is made up. */
export function remember(history: readonly Moment[], moment: Moment): readonly Moment[] {
  const last = history.at(-1)
  if (last && moment.at - last.at < historyEveryMs) return history
  return [...history.slice(1 - longest), moment]
}
