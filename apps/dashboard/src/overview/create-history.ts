import type { HistoryGap, HistoryPoint, SiteHistory } from '@headframe/protocol'
import { createEffect, createMemo, createSignal, on, onCleanup, untrack } from 'solid-js'
import { calls } from '../api/calls.ts'
import { ApiFailure, request } from '../api/request.ts'
import { useIo } from '../io.ts'
import type { Moment } from '../live/history.ts'
import { useSite } from '../live/site.tsx'
import type { Totals } from '../live/totals.ts'
import type { Curve, Span } from './history-lines.ts'

/** What came since it was asked for is known from the fleet in memory; this brings what a relay sent late. */
const everyMs = 600_000
const drawnEveryMs = 10_000
/** Pages that come back with what they had wait up to this long, at random: a thousand lose their control at once [S7]. */
const returnSpreadMs = 30_000

/** What the site did until now: as control kept it, in its own time [T3], and from there on as this page saw it. */
export function createHistory(spanMs: () => number) {
  const site = useSite()
  const io = useIo()
  const [kept, setKept] = createSignal<Kept | null>(null)
  const [failure, setFailure] = createSignal<string | null>(null)

  const load = async () => {
    const asked = spanMs()
    const now = untrack(site.now)
    try {
      const call = calls.history(site.id, { from: now - asked, to: now })
      const history = await request(call, io.fetch)
      if (asked !== untrack(spanMs)) return
      setKept({ ...history, askedAt: now })
      setFailure(null)
    } catch (error) {
      if (asked === untrack(spanMs)) setFailure(error instanceof ApiFailure ? error.message : String(error))
    }
  }
  createEffect(
    on(spanMs, () => {
      setKept(null)
      setFailure(null)
    }),
  )
  const isLive = createMemo(() => site.link().kind === 'live')
  // While there is no line the last one stays; what was missed is read when it is back.
  const [turn, setTurn] = createSignal(0)
  onCleanup(io.every(everyMs, () => setTurn(turn => turn + 1)))
  createEffect(
    on([spanMs, isLive, turn], ([, isLive], before) => {
      if (!isLive) return
      const isBack = before?.[1] === false && kept() !== null
      if (isBack) onCleanup(io.after(io.random() * returnSpreadMs, () => void load()))
      else void load()
    }),
  )

  // A pixel is more than a minute wide: the curve need not be drawn with every value.
  const tick = createMemo(() => Math.floor(site.now() / drawnEveryMs))
  const curve = createMemo((): Curve | null => {
    const history = kept()
    tick()
    return untrack(() => {
      if (history === null) return null
      const points = withLive(history, [...site.history(), nowOf(site)])
      return { ...history, points, gaps: openGaps(history, site) }
    })
  })
  const span = createMemo((): Span => {
    tick()
    const toAt = untrack(site.now)
    return { fromAt: toAt - spanMs(), toAt }
  })
  return {
    failure,
    load: () => void load(),
    span,
    /** `null` until it was read. */
    curve,
  }
}

interface Kept extends SiteHistory {
  readonly askedAt: number
}

/** What a relay had not sent when it was asked goes on being missing while that relay is silent. */
function openGaps({ gaps, askedAt, stepMs }: Kept, site: ReturnType<typeof useSite>): HistoryGap[] {
  const silent = new Set(site.facts()?.relays.flatMap(relay => (relay.silentSince === null ? [] : relay.id)))
  const isOpen = ({ relay, reason, toAt }: HistoryGap) =>
    reason === 'pending' && toAt >= askedAt - stepMs && silent.has(relay)
  return gaps.map(gap => (isOpen(gap) ? { ...gap, toAt: site.now() } : gap))
}

const nowOf = (site: ReturnType<typeof useSite>): Moment => ({ at: site.now(), totals: site.totals() })

/** One point for each step after the last that was kept, and the present. */
function withLive({ points, stepMs }: SiteHistory, moments: readonly Moment[]): HistoryPoint[] {
  const added: HistoryPoint[] = []
  let lastAt = points.at(-1)?.at ?? 0
  moments.forEach(({ at, totals }, place) => {
    const isLast = place === moments.length - 1
    if (at - lastAt < stepMs && !(isLast && at > lastAt)) return
    added.push(pointOf(at, totals))
    lastAt = at
  })
  return [...points, ...added]
}

function pointOf(at: number, totals: Totals): HistoryPoint {
  const sum = ({ total, miners }: { total: number; miners: number }) => (miners === 0 ? null : total)
  return {
    at,
    hashrateHs: sum(totals.hashrateHs),
    expectedHashrateHs: sum(totals.expectedHashrateHs),
    powerW: sum(totals.powerW),
    miners: totals.miners,
    hashing: totals.states.hashing,
    offline: totals.states.offline,
  }
}
