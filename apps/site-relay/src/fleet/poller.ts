import type { MinerInfo } from '@headframe/protocol'
import { pollOnce, readNow, type PollDeps, type ReadResult } from './poll.ts'
import type { Due, PollEnd, Schedule } from './schedule.ts'
import { createWholeReadings } from './whole-readings.ts'

/** Polls whoever's turn it is, as many at once as allowed. */
export interface Poller {
  /** Starts what is due. Called on a timer; a poll that ends starts the next by itself. */
  readonly tick: () => void
  readonly running: () => number
  /** How polls ended since the start. */
  readonly ended: () => Readonly<Record<PollEnd, number>>
  /** Reads a miner for somebody who asks now. */
  readonly readNow: (info: MinerInfo) => Promise<ReadResult>
}

export interface PollerDeps extends Omit<PollDeps, 'wholes'> {
  readonly schedule: Schedule
  readonly pollsAtOnce: number
  /** A miner that answered does so no more. */
  readonly onSilence: () => void
  /** No read begins after it: those under way are ended by their conversations. */
  readonly signal: AbortSignal
}

export function createPoller(given: PollerDeps): Poller {
  const deps = { ...given, wholes: createWholeReadings() }
  const { schedule, fleet, monotonic, signal } = deps
  const ended = { answered: 0, failed: 0, again: 0 }
  let running = 0

  async function run(due: Due): Promise<void> {
    running += 1
    const info = fleet.inventory.get(due.miner)
    const how = info ? await pollOnce(info, due, deps) : 'failed'
    running -= 1
    ended[how] += 1
    schedule.ended(due.miner, how, monotonic())
    if (how === 'failed' && due.failures === 1) deps.onSilence()
    tick()
  }

  function tick(): void {
    if (signal.aborted) return
    for (const due of schedule.take(monotonic(), deps.pollsAtOnce - running)) void run(due)
  }

  return {
    tick,
    running: () => running,
    ended: () => ({ ...ended }),
    readNow: async info => (signal.aborted ? { kind: 'failed', code: 'aborted' } : await readNow(info, deps)),
  }
}
