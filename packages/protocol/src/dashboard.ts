import { z } from 'zod'
import { answer, ask } from './ask.ts'
import { command, commandKind, outcome } from './command.ts'
import { commandId, minerId, relayId, siteId } from './ids.ts'
import { minerInfo } from './inventory.ts'
import { liveView, relayHealth, type LiveView } from './link/message.ts'
import { reading } from './reading.ts'
import { capturedMessage, messageFilter } from './stratum.ts'
import { role } from './rights.ts'

/** Rows in one view: some screens full. */
export const maxViewRows = 256

/** Where a command is, as control knows it. `sent` and later may have acted. */
export const commandState = z.enum([
  'queued',
  'sent',
  'accepted',
  'done',
  'refused',
  'unsupported',
  'failed',
  'unknown',
  'expired',
])
export type CommandState = z.infer<typeof commandState>

export const commandEntry = z.object({
  id: commandId,
  miner: minerId,
  command,
  byName: z.string().max(256),
  askedAt: z.number().int(),
  state: commandState,
  outcome: outcome.nullable(),
  endedAt: z.number().int().nullable(),
})
export type CommandEntry = z.infer<typeof commandEntry>

/** One relay of a site as its dashboards see it. */
export const relayStatus = z.object({
  id: relayId,
  name: z.string().max(128),
  /** `null` while it is connected; else since when it is silent. */
  silentSince: z.number().int().nullable(),
  lastHeardAt: z.number().int().nullable(),
  allowed: z.array(commandKind),
  demo: z.boolean(),
  pollEveryMs: z.number().int(),
  software: z.string().max(64),
  /** Events that did not match their schema [S6]. */
  quarantined: z.number().int(),
  /** What the relay last said of itself. */
  health: relayHealth.nullable().default(null),
  /** Wall clock of the relay minus that of control: take it from times that the relay stamped before they are called old. */
  clockOffsetMs: z.number().int().default(0),
  /** Boxes of this relay when it has a standby, the one that speaks among them. */
  boxes: z.array(z.object({ name: z.string().max(128), linked: z.boolean(), speaks: z.boolean() })).default([]),
  /** Up to when its history is here, epoch ms by its clock; `null` for none. */
  historyThroughAt: z.number().int().nullable().default(null),
})
export type RelayStatus = z.infer<typeof relayStatus>

/**
 * From control to a dashboard. Packed messages travel beside these as binary ones: frames, the same bytes that the
 * relay sent, and `inventory`, see `readInventory`. A copy is `site`; frames of all cohorts; `inventory` of all miners
 * in any order; `miners` with `complete`; `commands`. What changes meanwhile is told as ever: rows may come before
 * their miners, and a miner twice, the later one newer.
 */
export const toDashboard = z.discriminatedUnion('type', [
  /** First of all, and again whenever the dashboard fell too far behind: forget everything, a full copy follows. */
  z.object({
    type: z.literal('site'),
    site: siteId,
    name: z.string().max(128),
    role,
    now: z.number().int(),
    relays: z.array(relayStatus),
  }),
  z.object({ type: z.literal('relay'), relay: relayStatus }),
  /** Many want a copy at once, and so many go first: what is shown stays until `site` comes. */
  z.object({ type: z.literal('wait'), ahead: z.number().int().min(0) }),
  /** Miners of one relay that came or changed; `complete` when the full copy is. */
  z.object({ type: z.literal('miners'), relay: relayId, miners: z.array(minerInfo), complete: z.boolean() }),
  z.object({ type: z.literal('minerRemoved'), miner: minerId }),
  z.object({ type: z.literal('commands'), commands: z.array(commandEntry) }),
  z.object({ type: z.literal('detail'), miner: minerId, reading }),
  z.object({ type: z.literal('answer'), id: z.number().int(), answer }),
  z.object({ type: z.literal('tail'), messages: z.array(capturedMessage), skipped: z.number().int() }),
])
export type ToDashboard = z.infer<typeof toDashboard>

/** From a dashboard to control. */
export const fromDashboard = z.discriminatedUnion('type', [
  /** Messages received since the start of this socket, text and binary alike [S7]. */
  z.object({ type: z.literal('ack'), received: z.number().int().min(0) }),
  z.object({ type: z.literal('ask'), id: z.number().int().min(0), ask }),
  /** What of the live tables is on screen; `null`, and saying nothing, for everything. Replaces the last. */
  z.object({
    type: z.literal('view'),
    relays: z
      .array(z.object({ relay: relayId, view: liveView }))
      .max(64)
      .refine(relays => viewedRows(relays) <= maxViewRows, `more than ${maxViewRows} rows`)
      .nullable(),
  }),
  /** The miner whose page is open, if any. */
  z.object({ type: z.literal('watch'), miner: minerId.nullable() }),
  /** Follow captured messages; `null` to stop. */
  z.object({ type: z.literal('tail'), filter: messageFilter.nullable() }),
])
export type FromDashboard = z.infer<typeof fromDashboard>

const viewedRows = (relays: readonly { readonly view: LiveView }[]) =>
  relays.reduce((sum, { view }) => sum + view.rows.reduce((rows, { slots }) => rows + slots.length, 0), 0)

/** What a dashboard may have under way before it acknowledges; past this it gets a fresh copy instead. */
export const dashboardWindow = 64
export const dashboardWindowBytes = 512 * 1024
/**
 * A dashboard acknowledges each message until its copy is complete, and from then on when one of these is reached
 * since its last: most of what a thousand of them cost is their acknowledgements.
 */
export const ackEvery = { messages: 16, bytes: 64 * 1024, ms: 2000 } as const
/** A dashboard that acknowledges nothing for this long is closed. */
export const dashboardStallMs = 30_000

/**
 * A dashboard asks so often whether anybody is there: a socket can stay open for hours after its line went dead.
 * Control answers without waking its actor; neither text is a message, nor counted in `ack`.
 */
export const pulse = { everyMs: 15_000, ask: 'ping', answer: 'pong' } as const
