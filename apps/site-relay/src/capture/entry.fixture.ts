import { newId, type CapturedMessage } from '@headframe/protocol'
import type { Entry } from './entry.ts'

/** A captured message for tests; `text` is its line, `owner` makes the id of its session. */
export function messageEntry(
  said: Partial<CapturedMessage> & { readonly text?: string; readonly owner?: number } = {},
): Entry {
  const { text = '{"id":1,"method":"mining.submit","params":[]}\n', owner = 1, ...message } = said
  const raw = new Uint8Array(Buffer.from(text))
  return {
    message: {
      seq: 1,
      session: newId('session', bytes => bytes.fill(owner)),
      direction: 'to-pool',
      receivedAt: 1_795_000_000_000,
      receivedUs: 1000,
      forwardedUs: 1020,
      sizeBytes: raw.length,
      kind: 'request',
      method: 'mining.submit',
      summary: 'share',
      parseError: null,
      latencyUs: null,
      ...message,
    },
    raw,
    check: null,
  }
}
