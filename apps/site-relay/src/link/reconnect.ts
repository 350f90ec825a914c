/** When to dial again after a failed or broken connection. */
export interface Reconnect {
  /** Attempts since the last good connection, from 0. */
  readonly attempt: number
  /** How long there was none. */
  readonly downMs: number
  /** 0 to 1. */
  readonly random: number
}

const firstMs = 500
/** A link that comes back should be found within seconds; one that is away for longer is sought less often. */
const patientAfterMs = 300_000
const longest = { soonMs: 6000, lateMs: 30_000 }

/** Full jitter, so that relays cut off together do not come back together. */
export function reconnectMs({ attempt, downMs, random }: Reconnect): number {
  const ceiling = downMs < patientAfterMs ? longest.soonMs : longest.lateMs
  return Math.max(50, random * Math.min(ceiling, firstMs * 2 ** Math.min(attempt, 16)))
}

/** When to dial again a control that refused us: seldom, and not all relays together. */
export const refusedMs = (random: number): number => 240_000 + 120_000 * random
