import {
  closes,
  controlId,
  messageFilter,
  minerId,
  orgId,
  personId,
  relayId,
  role,
  type CloseName,
} from '@headframe/protocol'
import { z } from 'zod'

const count = z.number().int()

/** What the worker tells the actor of a relay that wants a link. */
export const linkGrant = z.object({
  relay: relayId,
  org: orgId,
  control: controlId,
  /** The machines that may speak for it, one at a time [S4]; the first enrolled first. */
  boxes: z
    .array(z.object({ name: z.string(), publicKey: z.string(), instance: z.string() }))
    .min(1)
    .max(8),
})
export type LinkGrant = z.infer<typeof linkGrant>

/** What the worker tells the actor of a person who may watch. */
export const dashboardGrant = z.object({
  person: personId,
  session: z.string(),
  role,
  name: z.string(),
  siteName: z.string(),
})
export type DashboardGrant = z.infer<typeof dashboardGrant>

/** Of commands, when it was opened: see journal.ts. A socket outlives a sleep, and no start. */
const unsureUpTo = count.nullable().default(null)

/** A link, as its socket remembers it through hibernation. */
const linkSeat = linkGrant.extend({
  kind: z.literal('link'),
  nonce: z.string(),
  /** `linked` is the box that speaks, `standby` one that does not. */
  stage: z.enum(['challenged', 'proven', 'linked', 'standby']),
  /** The key that it proved. */
  box: z.string().nullable(),
  openedAt: count,
  unsureUpTo,
  heardAt: count,
  /** While it stands by it asks for the lease or the inventory, every few seconds. */
  asks: z.boolean().default(false),
  /** Bytes handled and not yet granted back, by lane. */
  owed: z.record(z.string(), count),
  /** Bytes that the relay still takes on the control lane. */
  creditBytes: count,
  /** Something waited for credit: it is lost if we sleep now. */
  waiting: z.boolean(),
})
export type LinkSeat = z.infer<typeof linkSeat>

/** Not welcome yet. */
export const isGreeting = ({ stage }: LinkSeat): boolean => stage === 'challenged' || stage === 'proven'

const cohortPlace = z.object({ relay: relayId, cohort: count })
export type CohortPlace = z.infer<typeof cohortPlace>

/** A dashboard, as its socket remembers it through hibernation. */
const dashboardSeat = dashboardGrant.extend({
  kind: z.literal('dashboard'),
  viewer: z.string(),
  unsureUpTo,
  sent: count,
  acked: count,
  /** Of the messages between these two. */
  bytes: count,
  /** When it last acknowledged something, or was first sent something to acknowledge. */
  progressAt: count,
  /** It missed something and needs a fresh copy. */
  dirty: z.boolean(),
  /** How far its copy is: the last cohort whose frames it has, then the last miner; `null` once it has everything. */
  copy: z
    .object({
      frames: cohortPlace.or(z.literal('all')).nullable(),
      miners: z.object({ relay: z.string(), miner: z.string() }).nullable(),
    })
    .nullable(),
  /** It was not told of all commands. */
  commandsBehind: z.boolean(),
  watch: minerId.nullable(),
  tail: messageFilter.nullable(),
  /** Too many other filters are followed: its own is not, until there is room. */
  tailWaits: z.boolean().default(false),
  tailSkipped: count,
  /** What it shows of the live tables, as JSON; `null` for everything. */
  view: z.string().nullable(),
})
export type DashboardSeat = z.infer<typeof dashboardSeat>

const closedSeat = z.object({ kind: z.literal('closed') })
const seat = z.discriminatedUnion('kind', [linkSeat, dashboardSeat, closedSeat])

/** `null` for a socket that we closed: it may linger until the other side answers. */
export function readSeat(ws: WebSocket): LinkSeat | DashboardSeat | null {
  const read = seat.safeParse(ws.deserializeAttachment())
  return read.success && read.data.kind !== 'closed' ? read.data : null
}

/** Of the sockets that outlived a sleep; `null` where none did. */
export function unsureUpToOf(sockets: readonly WebSocket[]): number | null {
  const known = sockets.flatMap(ws => readSeat(ws)?.unsureUpTo ?? [])
  return known.length > 0 ? Math.min(...known) : null
}

/** Closes for good, with a reason that the other side can act on. */
export function closeSeat(ws: WebSocket, name: CloseName): void {
  ws.serializeAttachment({ kind: 'closed' })
  ws.close(closes[name].code, closes[name].reason)
}
