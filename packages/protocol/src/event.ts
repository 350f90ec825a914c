import { z } from 'zod'
import { commandResult } from './command.ts'
import { maxEpoch } from './epoch.ts'
import { minerId } from './ids.ts'
import { minerInfo } from './inventory.ts'

export const epoch = z.number().int().min(0).max(maxEpoch)

/** A place in a relay's journal [S2]. Epochs rise with each start of the relay; seq rises within one, without gaps. */
export const cursor = z.object({ epoch, seq: z.number().int().min(0) })
export type Cursor = z.infer<typeof cursor>

/** True when `a` comes after `b`. */
export function after(a: Cursor, b: Cursor): boolean {
  return a.epoch > b.epoch || (a.epoch === b.epoch && a.seq > b.seq)
}

export const noteLevel = z.enum(['info', 'warning'])

/** What a relay tells for good: durable, in order, never merged or dropped [S3]. Types are append only. */
export const eventBody = z.discriminatedUnion('type', [
  z.object({ type: z.literal('miner'), miner: minerInfo }),
  z.object({ type: z.literal('minerRemoved'), miner: minerId }),
  /** The whole inventory was told in this epoch, so many miners: those of earlier epochs that were not told again are gone. */
  z.object({ type: z.literal('inventory'), miners: z.number().int().min(0) }),
  z.object({ type: z.literal('result'), result: commandResult }),
  z.object({
    type: z.literal('note'),
    level: noteLevel,
    code: z.string().max(64),
    text: z.string().max(512),
  }),
])
export type EventBody = z.infer<typeof eventBody>

/** An event as it travels. All but its place is checked apart, so that a bad one blocks nothing [S6]. */
export const eventEnvelope = z.object({
  /** One beyond `maxEpoch` is quarantined. */
  epoch: z.number().int().min(0),
  seq: z.number().int().min(1),
  /** `null` is what no whole number was sent for. */
  at: z.number().int().nullable().catch(null),
  body: z.unknown(),
})
export type EventEnvelope = z.infer<typeof eventEnvelope>
