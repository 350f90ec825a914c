import {
  commandKind,
  decodeUp,
  isJson,
  type ReceivedMessage,
  type RelayHealth,
  type UpMessage,
} from '@headframe/protocol'
import { commandsChanged, deliver, redeliver } from './delivery.ts'
import { applyEvents } from './events.ts'
import { fromRelayFrames, takeHistory } from './from-relay-frames.ts'
import { commonVersion, judgeProof } from './handshake.ts'
import type { Link } from './link-set.ts'
import type { SiteParts } from './parts.ts'
import { clockOfHello } from './relay-clock.ts'
import { captureLink, heard, saveStatus, sendWatch, silentAfterMs } from './presence.ts'
import { followersOf } from './tails.ts'

/** Handles a whole message of a relay. What it returns has to be awaited before anything else happens. */
export function fromRelay(parts: SiteParts, link: Link, received: ReceivedMessage): (() => Promise<void>) | null {
  if (link.seat.stage === 'linked') heard(parts, link)
  if (!isJson(received.payload)) {
    if (link.seat.stage === 'linked') fromRelayFrames(parts, link, received.payload)
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
    case 'history':
      return takeHistory(parts, link, message)
    case 'status':
      return takeStatus(parts, link, message.status)
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
  const { demo, epoch, pollEveryMs, software } = hello
  const clock = clockOfHello(hello.now, now)
  const allowed = commandKind.options.filter(kind => hello.allowed.includes(kind))
  saveStatus(parts, {
    ...state,
    ...clock,
    allowed,
    demo,
    epoch,
    pollEveryMs,
    software,
    silentSince: null,
    lastHeardAt: now,
  })
  parts.links.change(link, { stage: 'linked' })
  parts.links.send(link, {
    type: 'welcome',
    version,
    events: state.events,
    beats: parts.replicas.of(relay).cursors(),
    history: state.history,
    now,
  })
  parts.alarms.set('silence', now + silentAfterMs)
  sendWatch(parts)
  redeliver(parts, link)
}

/** Written down, so that a dashboard that comes while the relay is silent knows how it was. */
function takeStatus(parts: SiteParts, { seat }: Link, health: RelayHealth): void {
  const state = parts.book.get(seat.relay)
  if (state !== undefined) saveStatus(parts, { ...state, health })
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
