import { clockQuality, controlId, gapReason, isNextStep, type Moment } from '@headframe/protocol'
import { z } from 'zod'
import type { Core } from '../core/core.ts'
import { deletedThroughAt, gapsIn } from '../history/gaps.ts'
import type { Held, Shelf } from '../history/shelf.ts'
import type { LinkReport } from '../link/links.ts'

const at = z.number().int()

const controlReport = z.object({
  control: controlId,
  url: z.string(),
  state: z.string(),
  /** Since when it is up, or is not. */
  sinceAt: at,
  why: z.string().nullable(),
  /** Up to when it has history; `null` when it has not said since the start. */
  historyThroughAt: at.nullable(),
  /** About so much is left to send of what it missed. */
  backfillBytes: z.number().int().nullable(),
})
export type ControlReport = z.infer<typeof controlReport>

const historyReport = z.object({
  fromAt: at.nullable(),
  throughAt: at.nullable(),
  bytes: z.number().int(),
  maxBytes: z.number().int(),
  deletedThroughAt: at.nullable(),
  /** The last of them. */
  gaps: z.array(z.object({ fromAt: at, toAt: at, reason: gapReason })),
  gapCount: z.number().int(),
  trouble: z.string().nullable(),
})
export type HistoryReport = z.infer<typeof historyReport>

/** What a relay keeps, and how far its controls have it. */
export const syncReport = z.object({
  clock: clockQuality,
  disk: z.enum(['ok', 'full']),
  /** Told to fewer than all controls. */
  eventsWaiting: z.number().int(),
  controls: z.array(controlReport),
  /** `null` while its disk cannot be read. */
  history: historyReport.nullable(),
})
export type SyncReport = z.infer<typeof syncReport>

/** More gaps than this are counted and not listed. */
const mostGaps = 10

export function syncReportOf(core: Pick<Core, 'history' | 'links' | 'writer' | 'eventsWaiting'>): SyncReport {
  const { history, links, writer, eventsWaiting } = core
  const held = history.shelf()?.held() ?? []
  return {
    clock: history.clock(),
    disk: writer.disk(),
    eventsWaiting: eventsWaiting(),
    controls: links.reports().map(link => controlReportOf(link, held)),
    history: history.reading(shelf => historyReportOf(history, shelf)),
  }
}

function controlReportOf({ reached, ...link }: LinkReport, held: readonly Held[]): ControlReport {
  const isKnown = reached !== null || link.state === 'up'
  return { ...link, historyThroughAt: reached?.at ?? null, backfillBytes: isKnown ? bytesAfter(held, reached) : null }
}

function historyReportOf(history: Core['history'], shelf: Shelf): HistoryReport {
  const gaps = gapsIn(shelf)
  return {
    fromAt: shelf.held()[0]?.first.at ?? null,
    throughAt: history.last()?.at ?? null,
    bytes: shelf.bytes(),
    maxBytes: history.maxBytes,
    deletedThroughAt: deletedThroughAt(shelf),
    gaps: gaps.slice(-mostGaps),
    gapCount: gaps.length,
    trouble: history.trouble(),
  }
}

/** A segment that is there in part counts in part. */
function bytesAfter(held: readonly Held[], reached: Moment | null): number {
  const newest = held.at(-1)?.last
  if (!newest || isNextStep(reached, newest)) return 0
  return Math.round(held.reduce((sum, segment) => sum + segment.bytes * shareAfter(segment, reached), 0))
}

function shareAfter({ first, last }: Held, reached: Moment | null): number {
  if (reached === null || first.epoch > reached.epoch) return 1
  if (first.epoch < reached.epoch || last.at <= reached.at) return 0
  return first.at > reached.at ? 1 : (last.at - reached.at) / (last.at - first.at)
}
