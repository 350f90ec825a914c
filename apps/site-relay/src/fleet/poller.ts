import { pollOnce, type PollDeps } from './poll.ts'
import type { Due, Schedule } from './schedule.ts'

/** Polls whoever's turn it is, as many at once as allowed. */
export interface Poller {
  /** Starts what is due. Called on a timer; a poll that ends starts the next by itself. */
  readonly tick: () => void
  readonly running: () => number
}

export interface PollerDeps extends PollDeps {
  readonly schedule: Schedule
  readonly pollsAtOnce: number
  /** Monotonic ms. */
  readonly monotonic: () => number
  /** A miner that answered does so no more. */
  readonly onSilence: () => void
}

export function createPoller(deps: PollerDeps): Poller {
  const { schedule, fleet, monotonic } = deps
  let running = 0

  async function run({ miner, failures }: Due): Promise<void> {
    running += 1
    const info = fleet.inventory.get(miner)
    const how = info ? await pollOnce(info, failures, deps) : 'failed'
    running -= 1
    schedule.ended(miner, how, monotonic())
    if (how === 'failed' && failures === 1) deps.onSilence()
    tick()
  }

  function tick(): void {
    for (const due of schedule.take(monotonic(), deps.pollsAtOnce - running)) void run(due)
  }

  return { tick, running: () => running }
}
