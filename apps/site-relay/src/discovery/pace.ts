/** Time, as a scan needs it. */
export interface PaceClock {
  /** Monotonic, ms. */
  readonly now: () => number
  /** Ends early when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>
}

/** How much of a burst is let through: timers are late, and a scan should still keep its rate. */
const burstMs = 50

/** Waits so that no more than `perSecond` go through. */
export function createPace(perSecond: number, clock: PaceClock): (signal: AbortSignal) => Promise<void> {
  const stepMs = 1000 / perSecond
  let free = clock.now()
  return async signal => {
    free = Math.max(free, clock.now() - burstMs) + stepMs
    const waitMs = free - stepMs - clock.now()
    if (waitMs > burstMs) await clock.sleep(waitMs, signal)
  }
}

/** Lets `most` run at once; the others wait their turn. */
export function createGate(most: number): <T>(run: () => Promise<T>) => Promise<T> {
  let running = 0
  const waiting: (() => void)[] = []
  return async run => {
    if (running >= most) {
      const { promise, resolve } = Promise.withResolvers<void>()
      waiting.push(resolve)
      await promise
    } else running += 1
    try {
      return await run()
    } finally {
      const next = waiting.shift()
      if (next) next()
      else running -= 1
    }
  }
}

/** Those who answered and are not asked yet who they are: while they are many nobody else is looked for. */
export interface Line {
  readonly during: <T>(run: () => Promise<T>) => Promise<T>
  /** Resolves when there is room. */
  readonly isShort: () => Promise<void>
}

export function createLine(most: number): Line {
  let long = 0
  let shorter = Promise.withResolvers<void>()
  return {
    during: async run => {
      long += 1
      try {
        return await run()
      } finally {
        long -= 1
        shorter.resolve()
        shorter = Promise.withResolvers()
      }
    },
    isShort: async () => {
      for (;;) {
        if (long < 2 * most) return
        await shorter.promise
      }
    },
  }
}
