import type { CapturedMessage } from '@headframe/protocol'
import { z } from 'zod'

/** A captured message with what is kept beside it. */
export interface Entry {
  readonly message: CapturedMessage
  /** Its bytes, passwords masked, cut to `keptBytes`. */
  readonly raw: Uint8Array
  /** Of a share and of its answer. */
  readonly check: ShareVerdict | null
}

/** What our own hashing says of a share, beside what the pool says. */
export const shareVerdict = z.object({
  hash: z.string(),
  difficulty: z.number(),
  requiredDifficulty: z.number().nullable(),
  meetsDifficulty: z.boolean().nullable(),
  isBoundary: z.boolean(),
  isBlock: z.boolean(),
  rolledOutsideMask: z.boolean(),
  /** Null until the pool has answered. */
  accepted: z.boolean().nullable(),
})
export type ShareVerdict = Readonly<z.infer<typeof shareVerdict>>

/** The longest line of which all bytes are kept. */
export const keptBytes = 65_536
