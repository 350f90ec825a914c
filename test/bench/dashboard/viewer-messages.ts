import { liveView, relayId, siteId } from '@headframe/protocol'
import { z } from 'zod'

/** What a process of viewers is told. */
export const toViewers = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('open'),
    url: z.string(),
    site: siteId,
    cookies: z.array(z.string()),
    viewers: z.number(),
  }),
  /** One view after another, for one viewer after another. */
  z.object({ kind: z.literal('view'), relay: relayId, views: z.array(liveView) }),
  /** Tell what came since the last time, or since all had their copies. */
  z.object({ kind: z.literal('figures') }),
])
export type ToViewers = z.infer<typeof toViewers>

/** A packed message that all got: when it was made, what it showed at the marked cell, when each had it; epoch ms. */
const shown = z.object({ at: z.number(), mark: z.number().nullable(), arrivedAt: z.array(z.number()) })
export type Shown = z.infer<typeof shown>

/** What it tells. */
export const fromViewers = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('copied'), copiedMs: z.array(z.number()), bytes: z.number() }),
  z.object({ kind: z.literal('figures'), shown: z.array(shown), bytes: z.number(), closed: z.array(z.string()) }),
])
export type FromViewers = z.infer<typeof fromViewers>
