import { randomFillSync } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { setTimeout as wait } from 'node:timers/promises'

/** Fills with random bytes. */
export function randomBytes(bytes: Uint8Array): Uint8Array {
  return randomFillSync(bytes)
}

/** Ends early when the signal aborts. */
export async function sleep(ms: number, signal: AbortSignal): Promise<void> {
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
