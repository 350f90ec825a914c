import type { Dialogue } from '../driver.ts'
import { MinerError } from '../miner-error.ts'

/** What came back from a write: the answer, or silence after it may have arrived. */
export type Written<T> =
  | { readonly kind: 'answered'; readonly reply: T }
  | { readonly kind: 'silent'; readonly why: string }

/**
 * Sends a write once [C2]. Throws when it surely did not act; silence afterwards is no failure:
 * a reboot or a restart of the network often swallows the answer, so one goes on observing.
 */
export function* write<T>(dialogue: Dialogue<T>): Dialogue<Written<T>> {
  try {
    return { kind: 'answered', reply: yield* dialogue }
  } catch (error) {
    if (!(error instanceof MinerError) || !error.sent || error.refusal || !silences.has(error.code)) throw error
    return { kind: 'silent', why: error.message }
  }
}

const silences: ReadonlySet<MinerError['code']> = new Set(['timeout', 'closed', 'bad-reply', 'too-large', 'not-ready'])
