import { isFrameKind, staleAfterMs, summarise, type Frame, type Moment, type UpMessage } from '@headframe/protocol'
import { checkBackfill, storeBackfill, storeMinutes } from './backfill.ts'
import { ringOf, storeBeat } from './beat-store.ts'
import { openFrames, type PackedFrames } from './frames.ts'
import { markHistoryGap } from './history-gaps.ts'
import { afterBeat, afterMarker } from './history-place.ts'
import type { Link } from './link-set.ts'
import type { LiveReplica } from './live-replica.ts'
import type { SiteParts } from './parts.ts'
import { saveStatus } from './presence.ts'
import { clockOfBeat } from './relay-clock.ts'
import type { RelayState } from './relay-book.ts'
import { lookForOldMs } from './history-retention.ts'

/** Handles a packed message of a linked relay: beats, live frames and history. */
export function fromRelayFrames(parts: SiteParts, link: Link, message: Uint8Array<ArrayBuffer>): void {
  const opened = openFrames(message)
  if (!opened.ok || opened.frames.some(({ header }) => header.relay !== link.seat.relay))
    return parts.links.close(link, 'badMessage')
  const { kind, frames } = opened
  if (isFrameKind(kind)) takeFrames(parts, link, { kind, frames, message })
  else if (kind !== 'history' || checkBackfill(frames) !== null) parts.links.close(link, 'badMessage')
  else takeBackfill(parts, link, { frames, message })
}

interface Packed {
  readonly frames: readonly Frame[]
  readonly message: Uint8Array<ArrayBuffer>
}

function takeFrames(parts: SiteParts, link: Link, packed: PackedFrames): void {
  const { kind, frames, message } = packed
  const { relay } = link.seat
  const replica = parts.replicas.of(relay)
  const applied = replica.apply(kind, frames)
  const state = parts.book.get(relay)
  if (kind === 'beat' && applied.changed && state !== undefined) keepBeat(parts, state, { frames, message, replica })
  if (applied.durable.length > 0) parts.links.send(link, { type: 'durable', beats: [...applied.durable] })
  if (applied.lost.length > 0) parts.links.send(link, { type: 'keyframe', cohorts: [...applied.lost] })
  if (applied.changed) parts.dashboards.forward(packed)
}

function keepBeat(parts: SiteParts, state: RelayState, beat: Packed & { replica: LiveReplica }): void {
  const moment = lastMoment(beat.frames)
  const clock = clockOfBeat(state, { at: moment.at, now: parts.now() })
  const minute = {
    at: moment.at - clock.clockOffsetMs,
    summary: summarise(beat.replica.tables(), {
      now: moment.at,
      staleAfterMs: staleAfterMs(state.pollEveryMs),
      relaySilent: false,
    }),
  }
  const stored = storeBeat(parts.sql, { ...state, ...clock }, { ...beat, ...minute })
  saveHistory(parts, { ...stored, ...afterBeat(stored, moment) })
}

/** Dashboards are told up to when the history of a relay is here. */
function saveHistory(parts: SiteParts, state: RelayState): void {
  parts.history.changed()
  saveStatus(parts, { ...state, historyThroughAt: state.history?.at ?? null })
}

function lastMoment(frames: readonly Frame[]): Moment {
  return frames.reduce<Moment>((last, { header: { epoch, at } }) => (at > last.at ? { epoch, at } : last), {
    epoch: 0,
    at: -1,
  })
}

/** Kept as it came; the marker after it says that it is whole, and acknowledges it. */
function takeBackfill(parts: SiteParts, link: Link, backfill: Packed): void {
  const state = parts.book.get(link.seat.relay)
  if (state === undefined) return
  const ring = ringOf(parts.sql, state)
  if (state.ring === null) parts.book.save({ ...state, ring })
  storeBackfill(parts.sql, { ...backfill, ring: ring.id, state, now: parts.now() })
  parts.alarms.set('history', parts.now() + lookForOldMs)
}

/** Durable once acknowledged, as with events [S1]. A marker that leaves something out moves nothing, and is told so. */
export function takeHistory(parts: SiteParts, link: Link, marker: Extract<UpMessage, { type: 'history' }>): void {
  const before = parts.book.get(link.seat.relay)
  if (before === undefined) return
  const place = afterMarker(before, marker)
  if (place !== null) {
    const ring = ringOf(parts.sql, before)
    const span = { ring: ring.id, state: before, from: marker.from, through: marker.through }
    if (marker.gap === null) storeMinutes(parts.sql, span, parts.now())
    else markHistoryGap(parts.sql, { ...span, reason: marker.gap })
    parts.alarms.set('history', parts.now() + lookForOldMs)
    saveHistory(parts, { ...before, ring, ...place })
  }
  const { history } = place ?? before
  if (history !== null) parts.links.send(link, { type: 'durable', history })
}
