import type { RelayId } from '@headframe/protocol'
import type { Link } from './link-set.ts'
import type { SiteParts } from './parts.ts'
import { statusOf, type RelayState } from './relay-book.ts'
import { admitTails } from './tails.ts'
import { watchFor } from './watch.ts'

/** Two beats: a relay that says nothing for this long is silent, link or no link [T1]. */
export const silentAfterMs = 2 * 60_000

/** Writes a relay's state down and tells the dashboards. */
export function saveStatus(parts: SiteParts, state: RelayState): void {
  parts.book.save(state)
  parts.dashboards.tellAll({ type: 'relay', relay: statusOf(state) })
}

/** A linked relay said something. */
export function heard(parts: SiteParts, link: Link): void {
  const state = parts.book.get(link.seat.relay)
  if (state === undefined) return
  const now = parts.now()
  // Changes something only after a silence, or where our clock was set back: the alarm would come too late by that.
  parts.alarms.set('silence', now + silentAfterMs)
  if (state.silentSince === null) parts.book.touch({ ...state, lastHeardAt: now })
  else saveStatus(parts, { ...state, lastHeardAt: now, silentSince: null })
}

/** A relay's link is gone. All that it spoke for is unknown since it was last heard. */
export function fellSilent(parts: SiteParts, relay: RelayId): void {
  const state = parts.book.get(relay)
  if (state === undefined || state.silentSince !== null) return
  saveStatus(parts, { ...state, silentSince: state.lastHeardAt ?? parts.now() })
}

/**
 * Marks relays whose link is open but still, closes links of boxes that stand by and stopped asking, and comes back when
 * the next could be. While nobody looks, half as often: what it is then told is since when, which is known whenever it
 * is seen.
 */
export function checkSilence(parts: SiteParts, isWatched = parts.dashboards.size > 0): void {
  const now = parts.now()
  let next = Infinity
  for (const link of parts.links.all()) {
    const { asks, heardAt, relay, stage } = link.seat
    if (stage !== 'linked' && stage !== 'standby') continue
    if (!isSilent(parts, link)) next = Math.min(next, (isWatched ? heardAt : now) + silentAfterMs)
    else if (stage === 'linked') fellSilent(parts, relay)
    // One that copies from another control has nothing to say here.
    else if (asks) parts.links.close(link, 'tooSlow')
  }
  if (next < Infinity) parts.alarms.set('silence', next)
}

/** True when a link is open but still. */
export function isSilent(parts: SiteParts, link: Link): boolean {
  return parts.now() - link.seat.heardAt >= silentAfterMs
}

/** The relay that answers for captured messages: the first that is there. */
export function captureLink(parts: SiteParts): Link | null {
  const links = parts.book.all().map(relay => parts.links.linked(relay.id))
  return links.find(link => link !== null) ?? null
}

/** Dashboards left or show something else. */
export function viewChanged(parts: SiteParts): void {
  parts.views.changed(parts.dashboards.all())
  tellView(parts)
}

/** Tells relays of another view: now, or when it is time. Nothing is written for it: people scroll all day. */
export function tellView(parts: SiteParts): void {
  const { after, now, views } = parts
  const dueInMs = views.dueInMs(now())
  if (dueInMs === 0) return sendWatch(parts)
  if (dueInMs === null || views.isAwaited) return
  views.isAwaited = true
  after(dueInMs, () => {
    views.isAwaited = false
    tellView(parts)
  })
}

/** Tells each relay who is watching, where that changed. */
export function sendWatch(parts: SiteParts): void {
  admitTails(parts.dashboards)
  const dashboards = parts.dashboards.all()
  parts.views.take(dashboards, parts.now())
  const captureRelay = captureLink(parts)?.seat.relay ?? null
  const relayOf = (miner: Parameters<typeof parts.inventory.relayOf>[0]) => parts.inventory.relayOf(miner)
  for (const link of parts.links.all()) {
    if (link.seat.stage !== 'linked') continue
    const view = parts.views.of(link.seat.relay, dashboards)
    const watch = watchFor(link.seat.relay, dashboards, { relayOf, captureRelay, view })
    const text = JSON.stringify(watch)
    if (text === link.watch) continue
    link.watch = text
    parts.links.send(link, watch)
  }
}

/** Closes dashboards that stopped reading, and comes back when the next could have. */
export function checkStalled(parts: SiteParts): void {
  const before = parts.dashboards.size
  const next = parts.dashboards.closeStalled()
  if (next !== null) parts.alarms.set('stall', next)
  if (parts.dashboards.size === before) return
  sendWatch(parts)
  viewChanged(parts)
}
