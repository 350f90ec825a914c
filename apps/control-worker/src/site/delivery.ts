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

/** A relay came back: it may have seen what was sent or not. It knows by the id [C1]. */
export function redeliver(parts: SiteParts, link: Link): void {
  link.backlog = parts.journal.orders(link.seat.relay, 'sent')
  deliver(parts, link)
}

/** Sends what waits for a relay, as far as it takes it. */
export function deliver(parts: SiteParts, link: Link): void {
  expireCommands(parts)
  while (link.backlog.length > 0) {
    const [order] = link.backlog
    if (order === undefined || !send(parts, link, order)) return
    link.backlog = link.backlog.slice(1)
  }
  const sent: CommandId[] = []
  for (const order of parts.journal.orders(link.seat.relay, 'queued')) {
    if (!send(parts, link, order)) break
    parts.journal.advance(order.id, link.seat.relay, 'sent')
    sent.push(order.id)
  }
  commandsChanged(parts, sent)
}

const send = (parts: SiteParts, link: Link, order: CommandOrder) =>
  parts.links.trySend(link, { type: 'command', order })
