import type { CapturedDetail } from '@headframe/protocol'
import { decodeMessage } from '@headframe/stratum'
import { keptBytes, type Entry } from './entry.ts'

/** A message with its bytes, the fields found in it, and for a share what our own hashing says. */
export function detailOf({ message, raw, check }: Entry): CapturedDetail {
  const isWhole = message.sizeBytes === raw.length && raw.length <= keptBytes
  const decoded = isWhole && message.parseError === null ? fieldsOf(raw) : null
  return {
    ...message,
    rawBase64: Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString('base64'),
    decoded: decoded === null && check === null ? null : { ...decoded, check },
  }
}

function fieldsOf(raw: Uint8Array) {
  const text = Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString()
  return decodeMessage(Buffer.from(text.trimEnd()))
}
