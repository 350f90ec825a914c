import type { Answer, Ask, FromDashboard } from '@headframe/protocol'
import type { Dashboard } from './dashboard.ts'
import type { Link } from './link-set.ts'
import type { SiteParts } from './parts.ts'
import { captureLink, isSilent, sendWatch, viewChanged } from './presence.ts'
import { tailName } from './tails.ts'

/** Handles what a dashboard asks. Acknowledgements were taken before. */
export function fromDashboard(
  parts: SiteParts,
  from: Dashboard,
  message: Exclude<FromDashboard, { type: 'ack' }>,
): void {
  switch (message.type) {
    case 'ask':
      return passAsk(parts, from, message)
    case 'view':
      from.view = message.relays
      parts.dashboards.change(from, { view: message.relays && JSON.stringify(message.relays) })
      return viewChanged(parts)
    case 'watch':
      parts.dashboards.change(from, { watch: message.miner })
      return sendWatch(parts)
    case 'tail':
      parts.dashboards.change(from, { tail: message.filter, tailWaits: true, tailSkipped: 0 })
      return sendWatch(parts)
  }
}

function passAsk(parts: SiteParts, from: Dashboard, { id, ask }: { id: number; ask: Ask }): void {
  const fail = (answer: Answer) => parts.dashboards.tell(from, { type: 'answer', id, answer })
  if (ask.kind === 'reading' && parts.inventory.relayOf(ask.miner) === null) return fail(notFound)
  if (waitsForTail(from, ask)) return fail(crowded)
  const link = linkFor(parts, ask)
  if (link === null || isSilent(parts, link)) return fail(silent)
  if (!parts.links.trySend(link, { type: 'ask', viewer: from.seat.viewer, id, ask })) fail(silent)
}

function linkFor(parts: SiteParts, ask: Ask): Link | null {
  if (ask.kind !== 'reading') return captureLink(parts)
  const relay = parts.inventory.relayOf(ask.miner)
  return relay === null ? null : parts.links.linked(relay)
}

/** It asks for the newest of what it cannot follow: shown, they would look as if nothing came after them. */
function waitsForTail({ seat }: Dashboard, ask: Ask): boolean {
  if (ask.kind !== 'messages' || ask.before !== undefined || seat.tail === null || !seat.tailWaits) return false
  return tailName(ask.filter) === tailName(seat.tail)
}

const silent: Answer = { kind: 'failed', code: 'relay-silent', text: 'The relay of this site does not answer.' }
const notFound: Answer = { kind: 'failed', code: 'not-found', text: 'This site has no such miner.' }
const crowded: Answer = {
  kind: 'failed',
  code: 'too-large',
  text: 'Too many different filters are followed at this site. Take one that somebody has already, or none.',
}
