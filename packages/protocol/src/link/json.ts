import { z } from 'zod'
import { decodeText, encodeText } from '../text.ts'
import type { Lane } from './lane.ts'
import { downMessage, upMessage, type DownMessage, type UpMessage } from './message.ts'

export type DecodedMessage<T> =
  | { readonly ok: true; readonly message: T }
  /** What is wrong and where, fit for a log: it names fields, never their contents. */
  | {
      readonly ok: false
      readonly error: string
      /** What the message says it is; `null` when it does not even say that. */
      readonly type: string | null
    }

/** A JSON message as bytes. They begin with `{`, which packed frames never do. */
export function encodeMessage(message: UpMessage | DownMessage): Uint8Array<ArrayBuffer> {
  return encodeText(JSON.stringify(message))
}

/** True when a payload is JSON, false when it is packed frames. */
export function isJson(payload: Uint8Array): boolean {
  return payload[0] === 0x7b
}

/** A message from a relay, checked. */
export function decodeUp(payload: Uint8Array): DecodedMessage<UpMessage> {
  return decode(upMessage, payload)
}

/** A message from control, checked. */
export function decodeDown(payload: Uint8Array): DecodedMessage<DownMessage> {
  return decode(downMessage, payload)
}

/** Grants travel outside of credit, else two full lanes could wait for each other for ever. */
export function isCredit(lane: Lane, payload: Uint8Array): boolean {
  if (lane !== 'control' || payload.length > maxCreditMessageBytes || !isJson(payload)) return false
  const decoded = decodeUp(payload)
  return decoded.ok && decoded.message.type === 'credit'
}

/** A credit message is far shorter than this. */
export const maxCreditMessageBytes = 128

function decode<T>(schema: z.ZodType<T>, payload: Uint8Array): DecodedMessage<T> {
  const parsed = parseJson(payload)
  if (!parsed.ok) return parsed
  const checked = schema.safeParse(parsed.message)
  if (checked.success) return { ok: true, message: checked.data }
  const [issue] = checked.error.issues
  const error = `${issue?.path.join('.') || 'message'}: ${issue?.message}`.slice(0, maxErrorLength)
  return { ok: false, error, type: typed.safeParse(parsed.message).data?.type ?? null }
}

const maxErrorLength = 200
const typed = z.object({ type: z.string().max(64) })

function parseJson(payload: Uint8Array): DecodedMessage<unknown> {
  const text = decodeText(payload)
  if (text === null) return { ok: false, error: 'message: not UTF-8', type: null }
  try {
    return { ok: true, message: JSON.parse(text) }
  } catch {
    // The parser's own words quote the text, which may hold a secret.
    return { ok: false, error: 'message: not JSON', type: null }
  }
}
