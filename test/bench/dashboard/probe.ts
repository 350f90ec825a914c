import { minerId } from '@headframe/protocol'
import type { DashboardClient } from '../../harness/dashboard-client.ts'

/** Asks control time and again what it answers at once: how long it takes is how long its turns are. */
export interface Probe extends Disposable {
  /** Milliseconds of each answer since the last time. */
  readonly take: () => number[]
}

const everyMs = 50
const nobody = minerId.parse('miner_AAAAAAAAAAAAAAAAAAAA')

export function startProbe(client: DashboardClient): Probe {
  let times: number[] = []
  let waiting = false
  const timer = setInterval(() => {
    if (waiting) return
    waiting = true
    const askedAt = performance.now()
    void answered(askedAt)
  }, everyMs)
  async function answered(askedAt: number): Promise<void> {
    await client.ask({ kind: 'reading', miner: nobody })
    waiting = false
    times.push(performance.now() - askedAt)
  }
  return {
    take: () => times.splice(0),
    [Symbol.dispose]: () => clearInterval(timer),
  }
}
