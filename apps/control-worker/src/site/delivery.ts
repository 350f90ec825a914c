import type { CommandId, CommandOrder } from '@headframe/protocol'
import type { Link } from './link-set.ts'
import type { SiteParts } from './parts.ts'

/** Commands changed: dashboards see it, and those that wait are looked after. */
export function commandsChanged(parts: SiteParts, ids: readonly CommandId[]): void {
  if (ids.length > 0) parts.dashboards.commandsChanged(ids)
  const next = parts.journal.nextExpiry()
  if (next !== null) parts.alarms.set('ttl', next)
}

/** Ends what waited too long. */
export function expireCommands(parts: SiteParts): void {
  commandsChanged(parts, parts.journal.expire())
}

/**
 * A relay came back: it may have seen what was sent or not, and its results may be lost with an older copy of our disk.
 * It knows by the id [C1]; where it should know and does not, it tells the result `unknown` [C2].
 */
export function redeliver(parts: SiteParts, link: Link): void {
  link.backlog = parts.journal.underWay(link.seat.relay, epochOf(parts, link))
  deliver(parts, link)
}

/** Sends what waits for a relay, as far as it takes it. */
export function deliver(parts: SiteParts, link: Link): void {
  expireCommands(parts)
  const waits = link.backlog.findIndex(order => !send(parts, link, order))
  link.backlog = waits < 0 ? [] : link.backlog.slice(waits)
  if (waits >= 0) return
  commandsChanged(parts, sendQueued(parts, link))
}

/** A few at a time: most of a long queue has to wait for credit, and is not worth reading each time. */
const queuedPerRead = 50

function sendQueued(parts: SiteParts, link: Link): CommandId[] {
  const sent: CommandId[] = []
  for (;;) {
    const orders = parts.journal.queued(link.seat.relay, queuedPerRead)
    for (const order of orders) {
      if (!send(parts, link, order)) return sent
      parts.journal.sent(order.id, link.seat.relay, epochOf(parts, link))
      sent.push(order.id)
    }
    if (orders.length < queuedPerRead) return sent
  }
}

const epochOf = ({ book }: SiteParts, link: Link) => book.get(link.seat.relay)?.epoch ?? 0

const send = (parts: SiteParts, link: Link, order: CommandOrder) =>
  parts.links.trySend(link, { type: 'command', order })
