import type { HistoryGap } from '@headframe/protocol'
import type { Span } from './history-lines.ts'

const reasons: Readonly<Record<HistoryGap['reason'], string>> = {
  budget: 'what its disk budget holds was spent, and the oldest went first',
  stopped: 'it did not run',
  standby: 'it stood by and did not read the miners',
  disk: 'its disk was full',
  clock: 'its clock was set forward, so that there was no such time',
  pending: 'it has not sent this yet',
}

/** Why there is nothing between two moments. */
export function gapText(gap: HistoryGap, relay: string, span: Span): string {
  return `${timeText(gap.fromAt, span, true)} to ${timeText(gap.toAt, span, true)}: not known from ${relay}, for ${reasons[gap.reason]}`
}

type Named = Pick<HistoryGap, 'relay' | 'reason'>

/** Whose part is not in a sum, and why. */
export function withoutText(gaps: readonly Named[], nameOf: (relay: HistoryGap['relay']) => string): string {
  const texts = new Set(gaps.map(({ relay, reason }) => `${nameOf(relay)}, for ${reasons[reason]}`))
  return `without ${[...texts].join('; and without ')}`
}

const hours = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' })
const days = new Intl.DateTimeFormat('en-GB', { weekday: 'short', day: 'numeric' })

/** `14:00` in a day; `Mon 17` in a week, with its time where that matters. */
export function timeText(at: number, { fromAt, toAt }: Span, exact = false): string {
  const isWeek = toAt - fromAt > 2 * 86_400_000
  if (!isWeek) return hours.format(at)
  return exact ? `${days.format(at)} ${hours.format(at)}` : days.format(at)
}
