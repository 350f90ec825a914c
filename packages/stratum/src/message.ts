import { expectsNoAnswer, readCall } from './call.ts'
import type { Call } from './call.ts'
import { membersOf, valueAt } from './json-scan.ts'
import { maxLineBytes } from './lines.ts'
import { readReject } from './reject.ts'
import type { Reject } from './reject.ts'

/** Miner to pool, or pool to miner. */
export type Direction = 'm2p' | 'p2m'

/**
 * One line, decoded. An `id` is its JSON text: numbers above 2^53, `4.0` and `"4"` all occur and all differ.
 */
export type Message =
  | { readonly kind: 'request'; readonly id: string; readonly method: string; readonly call: Call }
  | { readonly kind: 'notification'; readonly id: string | null; readonly method: string; readonly call: Call }
  | {
      readonly kind: 'response'
      readonly id: string | null
      readonly result: unknown
      /** Not `null` when the line says no, in any of the ways that pools say it. */
      readonly reject: Reject | null
    }
  | { readonly kind: 'blank' }
  | { readonly kind: 'unreadable'; readonly why: Unreadable }

export type Unreadable = 'too-long' | 'not-utf8' | 'not-json' | 'not-an-object' | 'not-stratum'

/** Decodes a line without its terminator. Never throws: what cannot be read is a value too. */
export function decodeMessage(body: Uint8Array): Message {
  if (body.length > maxLineBytes) return unreadable('too-long')
  const text = textOf(body)
  if (text === null) return unreadable('not-utf8')
  if (text.trim() === '') return { kind: 'blank' }
  const value = jsonOf(text)
  if (value === undefined) return unreadable('not-json')
  if (!isRecord(value)) return unreadable('not-an-object')
  if ('method' in value && value['method'] !== null) return readCalling(value, body)
  if ('result' in value || 'error' in value || 'reject-reason' in value) return readResponse(value, body)
  return unreadable('not-stratum')
}

type Fields = Readonly<Record<string, unknown>>

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const maxMethodLength = 128
const maxIdLength = 256

function unreadable(why: Unreadable): Message {
  return { kind: 'unreadable', why }
}

function textOf(body: Uint8Array): string | null {
  try {
    return utf8.decode(body)
  } catch {
    return null
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isRecord(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A line with a method is a call, also with a result beside it; but one pool echoes method and `params: null` in answers. */
function readCalling(fields: Fields, body: Uint8Array): Message {
  const { method } = fields
  if (typeof method !== 'string') return unreadable('not-stratum')
  if ('result' in fields && !Array.isArray(fields['params'])) return readResponse(fields, body)
  const name = method.slice(0, maxMethodLength)
  const call = readCall(name, fields['params'])
  const id = idOf(fields, body)
  if (id === null || expectsNoAnswer(name)) return { kind: 'notification', id, method: name, call }
  return { kind: 'request', id, method: name, call }
}

function readResponse(fields: Fields, body: Uint8Array): Message {
  const reject = readReject(fields['error'], fields['reject-reason'])
  const result = fields['result']
  const refused = result === false ? ({ class: 'other', code: null, text: null } as const) : null
  return { kind: 'response', id: idOf(fields, body), result, reject: reject ?? refused }
}

/** Text of the id, `null` for none. A number is spelled as on the wire, all else as `JSON.stringify` does. */
function idOf(fields: Fields, body: Uint8Array): string | null {
  const { id } = fields
  if (id === null || id === undefined) return null
  const text = typeof id === 'number' ? spelledId(body) : JSON.stringify(id)
  return text.slice(0, maxIdLength)
}

function spelledId(body: Uint8Array): string {
  const members = membersOf(body, valueAt(body, 0).from)
  const last = members.findLast(member => isIdKey(body, member.key))
  return last === undefined ? '' : (textOf(body.subarray(last.value.from, last.value.to)) ?? '')
}

/** `"id"`, also with escapes. */
function isIdKey(body: Uint8Array, key: { readonly from: number; readonly to: number }): boolean {
  const length = key.to - key.from
  if (length === 4) return body[key.from + 1] === 105 && body[key.from + 2] === 100
  return length <= 14 && jsonOf(textOf(body.subarray(key.from, key.to)) ?? '') === 'id'
}
