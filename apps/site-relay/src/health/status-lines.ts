import type { GapReason } from '@headframe/protocol'
import { z } from 'zod'
import { cleanText } from '../capture/clean-text.ts'
import { syncReport, type ControlReport, type HistoryReport, type SyncReport } from './sync-report.ts'

const lease = z.object({
  acts: z.boolean(),
  term: z.number().nullable(),
  known: z.number(),
  giver: z.string(),
  answeredMs: z.number().nullable(),
  leftMs: z.number().nullable(),
  byPerson: z.boolean(),
  removed: z.boolean(),
  missing: z.array(z.string()),
})

/** What the health page tells, as far as it is told to people. */
export const toldHealth = z.object({
  miners: z.record(z.string(), z.number()),
  polls: z.object({ running: z.number(), late: z.number() }),
  commands: z.number(),
  uptimeS: z.number(),
  capture: z.unknown(),
  links: z.record(z.string(), z.string()),
  sync: syncReport.nullable(),
  lease: lease.nullable(),
})
export type ToldHealth = z.infer<typeof toldHealth>

/** How a relay is, in lines for a person. @param now wall time, epoch ms */
export function statusLines(health: ToldHealth, now: number): string[] {
  const { miners, polls, commands, sync, lease } = health
  const states = Object.entries(miners).map(([state, count]) => `${counted(count)} ${state}`)
  const lines = [
    line('relay', `up for ${lasting(health.uptimeS * 1000)}`),
    line('miners', states.join(', ') || 'none'),
    line('polls', `${counted(polls.late)} late, ${counted(polls.running)} under way`),
    line('commands', `${counted(commands)} under way`),
    ...(sync
      ? syncLines(sync, now)
      : Object.entries(health.links).map(([name, how]) => line('control', `${name} ${how}`))),
    line('capture', captureText(health.capture)),
    ...(lease ? leaseLines(lease) : []),
  ]
  return lines.map(text => cleanText(text, 500))
}

const line = (name: string, text: string) => `${name.padEnd(10)}${text}`

function syncLines({ controls, eventsWaiting, history, disk, clock }: SyncReport, now: number): string[] {
  return [
    ...controls.flatMap(control => controlLines(control, now)),
    ...(controls.length === 0 ? [line('control', 'none: this relay is enrolled nowhere')] : []),
    line('events', `${counted(eventsWaiting)} that not every control has`),
    ...(history ? historyLines(history) : [line('history', 'cannot be read')]),
    line('disk', disk === 'ok' ? 'ok' : 'full: no command is taken and no event told until there is space'),
    line('clock', clockTexts[clock]),
  ]
}

const clockTexts = {
  synchronised: 'synchronised',
  plausible: 'plausible: nothing on this box vouches for it',
  wrong: 'wrong: set it, or let a time service do so',
} as const

function controlLines({ url, state, sinceAt, why, ...history }: ControlReport, now: number): string[] {
  const since = `since ${timeOf(sinceAt)} (${lasting(now - sinceAt)})`
  if (state === 'up') return [line('control', `${url} up ${since}`), line('', backfillText(history))]
  return [
    line('control', `${url} not linked ${since}${why === null ? '' : `: ${why}`}`),
    line('', backfillText(history)),
  ]
}

function backfillText({ historyThroughAt, backfillBytes }: Pick<ControlReport, 'historyThroughAt' | 'backfillBytes'>) {
  if (backfillBytes === null) return 'it has not said yet how far it has the history'
  const has = historyThroughAt === null ? 'has no history yet' : `has history up to ${timeOf(historyThroughAt)}`
  return backfillBytes === 0 ? has : `${has}; ${sized(backfillBytes)} to send`
}

function historyLines(history: HistoryReport): string[] {
  const { fromAt, throughAt, bytes, maxBytes, deletedThroughAt, gaps, gapCount, trouble } = history
  const span = fromAt === null || throughAt === null ? 'none yet' : `${timeOf(fromAt)} to ${timeOf(throughAt)}`
  const older =
    deletedThroughAt === null ? [] : [line('', `older was deleted to make room, up to ${timeOf(deletedThroughAt)}`)]
  return [
    line('history', `${span}, ${sized(bytes)} of ${sized(maxBytes)}`),
    ...older,
    ...(trouble === null ? [] : [line('', `not written now: ${trouble}`)]),
    line('gaps', gapCount === 0 ? 'none' : counted(gapCount)),
    ...gaps.map(gap => line('', `${timeOf(gap.fromAt)} to ${timeOf(gap.toAt)}: ${gapTexts[gap.reason]}`)),
  ]
}

const gapTexts: Readonly<Record<GapReason, string>> = {
  budget: 'deleted to make room',
  stopped: 'the relay did not run',
  standby: 'this box stood by',
  disk: 'the disk could not be written or read',
  clock: 'the clock was set forward, or the machine slept',
}

const captured = z.object({ dropped: z.number(), behindMs: z.number() })

function captureText(said: unknown): string {
  const health = captured.safeParse(said)
  if (!health.success) return 'does not answer'
  const { dropped, behindMs } = health.data
  return `${lasting(behindMs)} behind, ${counted(dropped)} dropped`
}

function leaseLines({ giver, answeredMs, missing, ...turn }: z.infer<typeof lease>): string[] {
  const answered = answeredMs === null ? 'has not answered yet' : `answered ${lasting(answeredMs)} ago`
  return [
    line('lease', `${turnText(turn)}; ${giver}, which gives it, ${answered}`),
    ...missing.map(text => line('', text)),
  ]
}

function turnText({
  term,
  known,
  leftMs,
  byPerson,
  removed,
}: Pick<z.infer<typeof lease>, 'term' | 'known' | 'leftMs' | 'byPerson' | 'removed'>) {
  if (removed)
    return 'this box stands by: it was taken away at control, and does not ask to act until it joins again, or a person says takeover'
  if (term === null) return `this box stands by; the last term that it heard of is ${known}`
  if (byPerson) return `this box acts under term ${term}, because a person said so`
  return `this box acts under term ${term}, for ${lasting(leftMs ?? 0)} more`
}

const counted = (count: number) => count.toLocaleString('en-GB')

/** In UTC, as in the logs. */
const timeOf = (at: number) => `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`

function lasting(ms: number): string {
  const minutes = Math.floor(Math.max(0, ms) / 60_000)
  if (minutes < 1) return `${Math.round(Math.max(0, ms) / 1000)} s`
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} days ${hours % 24} h`
}

function sized(bytes: number): string {
  if (bytes < 1e6) return `${Math.round(bytes / 1e3)} kB`
  return bytes < 1e9 ? `${(bytes / 1e6).toFixed(1)} MB` : `${(bytes / 1e9).toFixed(2)} GB`
}
