import { z } from 'zod'
import { commandId, minerId, personId } from './ids.ts'

const text = z.string().max(256)

/** A pool to be set. The password is no part of it: a slot keeps the one it has when url and user stay, else `x`. */
export const poolSetting = z.object({ url: text.regex(/^stratum\+(tcp|ssl|tls):\/\/[^\s/]+$/), user: text })
export type PoolSetting = z.infer<typeof poolSetting>

/** What can be asked of one miner. */
export const command = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('reboot') }),
  z.object({ kind: z.literal('locate'), on: z.boolean() }),
  z.object({ kind: z.literal('setPools'), pools: z.array(poolSetting).min(1).max(3) }),
])
export type Command = z.infer<typeof command>
export type CommandKind = Command['kind']
export const commandKind = z.enum(['reboot', 'locate', 'setPools'])

/**
 * The one result of a command [C1].
 * `done`: seen to be so. `refused`: nothing was sent. `unsupported`: the firmware lacks it.
 * `failed`: sent, and seen not to be so. `unknown`: it may have acted [C2]. `expired`: its time to live ended before it began.
 */
export const outcome = z.object({
  kind: z.enum(['done', 'refused', 'unsupported', 'failed', 'unknown', 'expired']),
  /** Closed list, a line each in docs/errors.md. `null` when done. */
  code: z
    .enum([
      'policy',
      'no-such-miner',
      'no-driver',
      'unauthorized',
      'api-disabled',
      'unreachable',
      'timeout',
      'bad-reply',
      'not-applied',
      'interrupted',
      'expired',
      'busy',
      'unsupported',
      'relay-full',
      'disk-full',
    ])
    .nullable(),
  /** One plain sentence: what was observed, or why not. */
  text: z.string().max(512),
  /** Evidence, as the driver observed it: `{ "uptimeBeforeS": 86400, "uptimeAfterS": 12 }`. */
  observed: z
    .record(z.string().max(64), z.union([z.string().max(1024), z.number(), z.boolean(), z.null()]))
    .refine(observed => Object.keys(observed).length <= 32, 'more than 32 observations'),
})
export type Outcome = z.infer<typeof outcome>

/** A command on its way to a relay. */
export const commandOrder = z.object({
  id: commandId,
  miner: minerId,
  command,
  by: personId,
  /** For people's eyes, in the relay's journal. */
  byName: text,
  askedAt: z.number().int(),
  /** Time to live that is left as it leaves control; the relay counts it down on its own monotonic clock. */
  ttlMs: z.number().int().min(0).max(3_600_000),
  /** It was sent in an earlier epoch of the relay: one that does not know it lost its journal, and must not act on it [C2]. */
  again: z.boolean().optional(),
})
export type CommandOrder = z.infer<typeof commandOrder>

export const commandResult = z.object({
  id: commandId,
  miner: minerId,
  outcome,
  startedAt: z.number().int().nullable(),
  endedAt: z.number().int(),
})
export type CommandResult = z.infer<typeof commandResult>
