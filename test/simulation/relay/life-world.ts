import type { World } from '../../../apps/site-relay/src/core/world.ts'
import type { Chance } from '../world/chance.ts'
import type { Owner, Timeline } from '../world/timeline.ts'

interface Clocks {
  readonly timeline: Timeline
  readonly chance: Chance
  readonly now: () => number
  readonly since: number
}

/** Clock, chance and timers of one life. When it is over nothing comes back from them. */
export function worldOf({ timeline, chance, now, since }: Clocks, life: Owner): World {
  const sleep = (ms: number, signal: AbortSignal): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>()
    const end = () => {
      signal.removeEventListener('abort', end)
      resolve()
    }
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', end)
    timeline.after(ms, end, life)
    return promise
  }
  return {
    now,
    monotonic: () => timeline.now() - since,
    random: chance.real,
    randomBytes: chance.fill,
    every: (ms, run, signal) => {
      const again = () => {
        if (signal.aborted) return
        timeline.after(ms, again, life)
        run()
      }
      timeline.after(ms, again, life)
    },
    sleep,
  }
}
