import { randomFillSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'
import type { World } from '../core/world.ts'

/** The clock, timers and randomness of this machine. */
export const realWorld: World = {
  now: Date.now,
  monotonic: () => performance.now(),
  random: Math.random,
  randomBytes: bytes => randomFillSync(bytes),
  every: (ms, run, signal) => {
    if (signal.aborted) return
    const timer = setInterval(run, ms)
    signal.addEventListener('abort', () => clearInterval(timer))
  },
  sleep,
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  try {
    await wait(ms, undefined, { signal })
  } catch {
    // Aborted: that is the end of the wait, and nothing else.
  }
}

/** What names this machine (machine-id(5)); its host name where there is no such file. */
export function machineName(): string {
  try {
    return readFileSync('/etc/machine-id', 'utf8')
  } catch {
    return hostname()
  }
}
