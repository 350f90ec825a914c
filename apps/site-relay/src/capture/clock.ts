/** Wall time in epoch ms, and whole microseconds of a clock that never jumps and that all processes of this boot share. */
export interface Clock {
  readonly wallMs: () => number
  readonly monotonicUs: () => number
}

export const systemClock: Clock = {
  wallMs: () => Date.now(),
  monotonicUs: () => {
    // CLOCK_MONOTONIC: `performance.now()` would start at zero in each process.
    const [seconds, nanoseconds] = process.hrtime()
    return seconds * 1_000_000 + Math.floor(nanoseconds / 1000)
  },
}
