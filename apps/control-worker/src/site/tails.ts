import { createHash } from 'node:crypto'
import type { DownMessage, MessageFilter } from '@headframe/protocol'
import type { Dashboard } from './dashboard.ts'
import type { DashboardSet } from './dashboard-set.ts'

type Tails = Extract<DownMessage, { type: 'watch' }>['tails']

/** As many as `watch` may name. A relay looks at each message once for each. */
const maxTails = 64

/**
 * Names what a filter lets through: dashboards with the same one share a tail of the relay, which gives the name back.
 * A hash, since the text of a filter is longer than a name may be.
 */
export function tailName(filter: MessageFilter): string {
  const known = names.get(filter)
  if (known !== undefined) return known
  const { session, direction, method, text } = filter
  const fields = JSON.stringify([session ?? null, direction ?? null, method ?? null, text ?? null])
  const name = `tail-${createHash('sha256').update(fields).digest('hex')}`
  names.set(filter, name)
  return name
}

/** A filter is asked for its name with each message, by each dashboard. */
const names = new WeakMap<MessageFilter, string>()

/** Lets dashboards that wait have their tail where there is room: one that goes on never makes place for another. */
export function admitTails(dashboards: DashboardSet): void {
  const followed = new Set(tailsOf(dashboards.all()).map(({ viewer }) => viewer))
  for (const dashboard of dashboards.all()) {
    const { tail, tailWaits } = dashboard.seat
    if (tail === null || !tailWaits) continue
    if (!followed.has(tailName(tail)) && followed.size >= maxTails) continue
    followed.add(tailName(tail))
    dashboards.change(dashboard, { tailWaits: false })
  }
}

/** One tail for each filter that is followed. */
export function tailsOf(dashboards: readonly Dashboard[]): Tails {
  const tails = new Map<string, MessageFilter>()
  for (const { seat } of dashboards) {
    if (seat.tail !== null && !seat.tailWaits) tails.set(tailName(seat.tail), seat.tail)
  }
  return [...tails].map(([viewer, filter]) => ({ viewer, filter }))
}

/** Who follows the tail of a name. */
export function followersOf(name: string, dashboards: readonly Dashboard[]): readonly Dashboard[] {
  return dashboards.filter(({ seat }) => seat.tail !== null && !seat.tailWaits && tailName(seat.tail) === name)
}
