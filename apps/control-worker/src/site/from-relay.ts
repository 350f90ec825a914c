import { commandKind, decodeUp, isFrameKind, isJson, type ReceivedMessage, type UpMessage } from '@headframe/protocol'
import { storeBeat } from './beat-store.ts'
import { commandsChanged, deliver, redeliver } from './delivery.ts'
import { applyEvents } from './events.ts'
import { openFrames } from './frames.ts'
import { commonVersion, judgeProof } from './handshake.ts'
import type { Link } from './link-set.ts'
import type { SiteParts } from './parts.ts'
import { captureLink, heard, saveStatus, sendWatch, silentAfterMs } from './presence.ts'
import { followersOf } from './tails.ts'

/** Handles a whole message of a relay. What it returns has to be awaited before anything else happens. */
export function fromRelay(parts: SiteParts, link: Link, received: ReceivedMessage): (() => Promise<void>) | null {
  if (link.seat.stage === 'linked') heard(parts, link)
  if (!isJson(received.payload)) {
    if (link.seat.stage === 'linked') takeFrames(parts, link, received.payload)
    else parts.links.close(link, 'unproven')
    return null
  }
  const decoded = decodeUp(received.payload)
  if (!decoded.ok) dropOrClose(parts, link, decoded)
  else if (decoded.message.type === 'prove') return () => takeProof(parts, link, decoded.message)
  else if (link.seat.stage === 'challenged') parts.links.close(link, 'unproven')
  else takeMessage(parts, link, decoded.message)
  return null
}

/** Nothing durable hangs on these: one strange reading must not cut off its whole site, time and again [X2]. */
const passing: readonly (string | null)[] = ['detail', 'answer', 'tail']

function dropOrClose(parts: SiteParts, link: Link, bad: { type: string | null; error: string }): void {
  if (link.seat.stage !== 'linked' || !passing.includes(bad.type)) return parts.links.close(link, 'badMessage')
  // oxlint-disable-next-line no-console -- the log of a worker
  console.warn('dropped a message', link.seat.relay, bad.type, bad.error)
}

async function takeProof(parts: SiteParts, link: Link, prove: UpMessage): Promise<void> {
  if (link.seat.stage !== 'challenged' || prove.type !== 'prove') return parts.links.close(link, 'badMessage')
  const refused = await judgeProof(link.seat, prove)
  if (refused === null) parts.links.change(link, { stage: 'proven' })
  else parts.links.close(link, refused)
}

function takeMessage(parts: SiteParts, link: Link, message: UpMessage): void {
  if ((message.type === 'hello') !== (link.seat.stage === 'proven')) return parts.links.close(link, 'badMessage')
  switch (message.type) {
    case 'prove':
      return
    case 'hello':
      return takeHello(parts, link, message)
    case 'credit':
      parts.links.granted(link, message.lane, message.bytes)
      return deliver(parts, link)
    case 'events':
      return takeEvents(parts, link, message)
    case 'accepted':
      if (parts.journal.advance(message.id, link.seat.relay, 'accepted')) commandsChanged(parts, [message.id])
      return
    case 'declined':
      if (parts.journal.end(link.seat.relay, message.result)) commandsChanged(parts, [message.result.id])
      return
    case 'status':
    case 'history':
    case 'lease':
    case 'pull':
      return
    case 'detail':
    case 'answer':
    case 'tail':
      return passOn(parts, link, message)
  }
}

function takeHello(parts: SiteParts, link: Link, hello: Extract<UpMessage, { type: 'hello' }>): void {
  const { relay } = link.seat
  const version = commonVersion(hello)
  const state = parts.book.get(relay)
  if (version === null) return parts.links.close(link, 'versionMismatch')
  if (state === undefined) return parts.links.close(link, 'revoked')
  const older = parts.links.linked(relay)
  if (older !== null) parts.links.close(older, 'superseded')
  const now = parts.now()
  const { demo, pollEveryMs, software } = hello
  const allowed = commandKind.options.filter(kind => hello.allowed.includes(kind))
  saveStatus(parts, { ...state, allowed, demo, pollEveryMs, software, silentSince: null, lastHeardAt: now })
  parts.links.change(link, { stage: 'linked' })
  parts.links.send(link, {
    type: 'welcome',
    version,
    events: state.events,
    beats: parts.replicas.of(relay).cursors(),
    history: null,
    now,
  })
  parts.alarms.set('silence', now + silentAfterMs)
  sendWatch(parts)
  redeliver(parts, link)
}

/** Durable once acknowledged: the output gate holds the answer until the writes of this turn are on disk [S1]. */
function takeEvents(parts: SiteParts, link: Link, { events }: Extract<UpMessage, { type: 'events' }>): void {
  const before = parts.book.get(link.seat.relay)
  if (before === undefined) return
  const applied = applyEvents(before, events, parts)
  if (applied.relay.quarantined > before.quarantined) saveStatus(parts, applied.relay)
  else if (applied.relay !== before) parts.book.save(applied.relay)
  parts.links.send(link, { type: 'durable', events: applied.relay.events })
  for (const push of applied.pushes) parts.dashboards.tellAll(push)
  commandsChanged(parts, applied.commands)
}

function takeFrames(parts: SiteParts, link: Link, message: Uint8Array<ArrayBuffer>): void {
  const { relay } = link.seat
  const opened = openFrames(message)
  if (!opened.ok || !isFrameKind(opened.kind) || opened.frames.some(frame => frame.header.relay !== relay))
    return parts.links.close(link, 'badMessage')
  const replica = parts.replicas.of(relay)
  const applied = replica.apply(opened.kind, opened.frames)
  const state = parts.book.get(relay)
  if (opened.kind === 'beat' && applied.changed && state !== undefined) {
    parts.book.save(storeBeat(parts.sql, state, { message, replica }))
  }
  if (applied.durable.length > 0) parts.links.send(link, { type: 'durable', beats: [...applied.durable] })
  if (applied.lost.length > 0) parts.links.send(link, { type: 'keyframe', cohorts: [...applied.lost] })
  if (applied.changed) parts.dashboards.forward(message)
}

type Passed = Extract<UpMessage, { type: 'detail' | 'answer' | 'tail' }>

/** What a relay tells those who look. A viewer that left meanwhile is nobody. */
function passOn(parts: SiteParts, link: Link, message: Passed): void {
  if (message.type === 'detail') {
    if (parts.inventory.relayOf(message.miner) !== link.seat.relay) return
    const watchers = parts.dashboards.all().filter(({ seat }) => seat.watch === message.miner)
    for (const dashboard of watchers) parts.dashboards.tell(dashboard, message)
    return
  }
  if (message.type === 'tail') {
    if (captureLink(parts) !== link) return
    const followers = followersOf(message.viewer, parts.dashboards.all())
    return parts.dashboards.tail(followers, message.messages, message.skipped)
  }
  const dashboard = parts.dashboards.all().find(({ seat }) => seat.viewer === message.viewer)
  if (dashboard !== undefined)
    parts.dashboards.tell(dashboard, { type: 'answer', id: message.id, answer: message.answer })
}
