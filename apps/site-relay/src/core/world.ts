/** Time and chance: those of this machine, or those of a simulation. */
export interface World {
  /** Epoch ms. May jump. */
  readonly now: () => number
  /** Monotonic ms. */
  readonly monotonic: () => number
  /** 0 to 1. */
  readonly random: () => number
  /** Fills with random bytes. */
  readonly randomBytes: (bytes: Uint8Array) => Uint8Array
  /** Runs again and again until the signal aborts. */
  readonly every: (ms: number, run: () => void, signal: AbortSignal) => void
  /** Ends early, and never rejects, when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
}
