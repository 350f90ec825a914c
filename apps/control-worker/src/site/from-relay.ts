import { after, decodeUp, isJson, type ReceivedMessage, type RelayHealth, type UpMessage } from '@headframe/protocol'
import { commandsChanged, deliver } from './delivery.ts'
import { applyEvents } from './events.ts'
import { fromRelayFrames, takeHistory } from './from-relay-frames.ts'
import { judgeProof } from './handshake.ts'
import { takeHello } from './hello.ts'
import { takePull } from './inventory-pages.ts'
import { takeLease } from './lease.ts'
import type { Link } from './link-set.ts'
import type { SiteParts } from './parts.ts'
import { captureLink, heard, saveStatus } from './presence.ts'
import { followersOf } from './tails.ts'
import { cursorOf, isSpeaker, withCursor } from './turn.ts'

/** Handles a whole message of a relay. What it returns has to be awaited before anything else happens. */
export function fromRelay(parts: SiteParts, link: Link, received: ReceivedMessage): (() => Promise<void>) | null {
  if (link.seat.stage === 'linked') heard(parts, link)
  if (!isJson(received.payload)) {
    if (link.seat.stage === 'linked') fromRelayFrames(parts, link, received.payload)
    else parts.links.close(link, link.seat.stage === 'standby' ? 'notHolder' : 'unproven')
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
  const proof = await judgeProof(link.seat, prove)
  if (proof.ok) parts.links.change(link, { stage: 'proven', box: proof.box })
  else parts.links.close(link, proof.close)
}

/** What a box may say that does not speak for its relay: what its journal still holds, and what keeps it ready. */
const ofStandby: ReadonlySet<UpMessage['type']> = new Set(['credit', 'events', 'lease', 'pull'])

function takeMessage(parts: SiteParts, link: Link, message: UpMessage): void {
  const { stage } = link.seat
  if ((message.type === 'hello') !== (stage === 'proven')) return parts.links.close(link, 'badMessage')
  if (stage === 'standby' && !ofStandby.has(message.type)) return parts.links.close(link, 'notHolder')
  if (stage === 'standby' && (message.type === 'pull' || message.type === 'lease') && !link.seat.asks)
    parts.links.change(link, { asks: true })
  switch (message.type) {
    case 'prove':
      return
    case 'hello':
      return takeHello(parts, link, message)
    case 'credit':
      parts.links.granted(link, message.lane, message.bytes)
      return stage === 'linked' ? deliver(parts, link) : undefined
    case 'events':
      return takeEvents(parts, link, message)
    case 'accepted':
      if (parts.journal.accepted(message.id, link.seat.relay)) commandsChanged(parts, [message.id])
      return
    case 'declined':
      if (parts.journal.end(link.seat.relay, message.result)) commandsChanged(parts, [message.result.id])
      return
    case 'history':
      return takeHistory(parts, link, message)
    case 'status':
      return takeStatus(parts, link, message.status)
    case 'lease':
      return takeLease(parts, link, message)
    case 'pull':
      return takePull(parts, link, message)
    case 'detail':
    case 'answer':
    case 'tail':
      return passOn(parts, link, message)
  }
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
  const { seat } = link
  const told = { ...before, events: cursorOf(before, seat) }
  const own = applyEvents(told, events, { ...parts, isOfSpeaker: isSpeaker(before, seat) })
  const place = own.relay.events
  const applied = { ...own, relay: withCursor({ ...own.relay, events: before.events }, seat, place) }
  if (applied.relay.quarantined > before.quarantined) saveStatus(parts, applied.relay)
  else if (after(place, cursorOf(before, seat))) parts.book.save(applied.relay)
  parts.links.send(link, { type: 'durable', events: place })
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
