/**
 * Workers Paid, USD a month (developers.cloudflare.com/workers/platform/pricing and
 * developers.cloudflare.com/durable-objects/platform/pricing, as of November 2026): what is included, and what a unit costs after that.
 */
const prices = {
  base: 5,
  /** Requests of Durable Objects; twenty incoming WebSocket messages are one. */
  actorRequests: { included: 1e6, usdEach: 0.15 / 1e6 },
  /** 128 MB for each second in which an actor runs. Waiting for messages costs nothing. */
  gigabyteSeconds: { included: 400_000, usdEach: 12.5 / 1e6 },
  rowsRead: { included: 25e9, usdEach: 0.001 / 1e6 },
  rowsWritten: { included: 50e6, usdEach: 1 / 1e6 },
  storedGigabytes: { included: 5, usdEach: 0.2 },
  workerRequests: { included: 10e6, usdEach: 0.3 / 1e6 },
} as const

export type Item = Exclude<keyof typeof prices, 'base'>
export type Usage = Readonly<Record<Item, number>>

export const items: readonly Item[] = [
  'actorRequests',
  'gigabyteSeconds',
  'rowsRead',
  'rowsWritten',
  'storedGigabytes',
  'workerRequests',
]

/** Without what is included: what one more site adds. */
export const marginalUsd = (usage: Usage, item: Item): number => usage[item] * prices[item].usdEach

/** An account with so many sites like this one. */
export function accountUsd(usage: Usage, sites: number): number {
  const over = items.map(item => Math.max(0, usage[item] * sites - prices[item].included) * prices[item].usdEach)
  return over.reduce((sum, usd) => sum + usd, prices.base)
}
