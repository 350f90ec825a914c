import {
  give,
  startGiver,
  witness,
  type Giver,
  type RelayId,
  type UpMessage,
  type WitnessedClock,
} from '@headframe/protocol'
import type { Link } from './link-set.ts'
import type { SiteParts } from './parts.ts'

interface Given {
  readonly clock: WitnessedClock
  readonly giver: Giver
}

/**
 * The leases that this site gives, in memory: an actor that woke anew gives none before every older one is over, and
 * goes on with the box that holds it. Boxes ask every second or two, so that it seldom sleeps. Only terms are on disk.
 */
export type Leases = Map<RelayId, Given>

/** A box asks for the lease of its relay [S8]. The term is on disk before the answer leaves: the output gate holds it. */
export function takeLease(parts: SiteParts, link: Link, asked: Extract<UpMessage, { type: 'lease' }>): void {
  const { relay, box } = link.seat
  const state = parts.book.get(relay)
  if (state === undefined || box === null) return
  const { turn } = state
  const known = parts.leases.get(relay)
  const clock = witness(known?.clock ?? null, parts.now())
  const before = known?.giver ?? startGiver(Math.max(turn.given, turn.term), clock.now)
  const { state: giver, answer } = give(before, { ...asked, box }, clock)
  parts.leases.set(relay, { clock, giver })
  if (giver.term > turn.given) parts.book.save({ ...state, turn: { ...turn, given: giver.term } })
  parts.links.trySend(link, { type: 'lease', id: asked.id, ...answer })
}
