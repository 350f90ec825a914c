import { isExtranonce1, readExtranonce2Size } from './call.ts'
import { uint32FromHex } from './hex.ts'
import type { Message } from './message.ts'
import type { Reject } from './reject.ts'

export type Response = Extract<Message, { kind: 'response' }>

/** What a response says, once it is known what was asked. */
export type Answer =
  | { readonly kind: 'subscribe-result'; readonly extranonce1: string; readonly extranonce2Size: number }
  | { readonly kind: 'malformed-subscribe' }
  | {
      readonly kind: 'configure-result'
      readonly versionRolling: boolean
      readonly mask: number | null
      readonly minimumDifficulty: boolean | null
    }
  | { readonly kind: 'authorize-result'; readonly authorized: boolean; readonly reject: Reject | null }
  | { readonly kind: 'submit-result'; readonly accepted: boolean; readonly reject: Reject | null }
  | { readonly kind: 'error'; readonly reject: Reject }
  | { readonly kind: 'result'; readonly result: unknown }
  /** The answer to nothing that is waiting. */
  | { readonly kind: 'orphan-response' }

/** @param method of the request that the response was paired with, `null` when there is none */
export function readAnswer(response: Response, method: string | null): Answer {
  if (method === null || response.id === null) return { kind: 'orphan-response' }
  if (method === 'mining.submit') return { kind: 'submit-result', accepted: isYes(response), reject: noOf(response) }
  if (method === 'mining.authorize') {
    return { kind: 'authorize-result', authorized: isYes(response), reject: noOf(response) }
  }
  if (response.reject !== null) return { kind: 'error', reject: response.reject }
  if (method === 'mining.subscribe') return readSubscribed(response.result)
  if (method === 'mining.configure') return readConfigured(response.result)
  return { kind: 'result', result: response.result }
}

/** Accepted is `true` without an error, and nothing else: other coins answer with objects. */
function isYes(response: Response): boolean {
  return response.result === true && response.reject === null
}

function noOf(response: Response): Reject | null {
  if (isYes(response)) return null
  return response.reject ?? { class: 'other', code: null, text: null }
}

/** `[subscriptions, extranonce1, size]`: the first is a list of pairs, an empty list, or a string in old node-stratum. */
function readSubscribed(result: unknown): Answer {
  if (!Array.isArray(result) || result.length < 3) return { kind: 'malformed-subscribe' }
  const [, extranonce1, size] = result
  const extranonce2Size = readExtranonce2Size(size)
  if (!isExtranonce1(extranonce1) || extranonce2Size === null) return { kind: 'malformed-subscribe' }
  return { kind: 'subscribe-result', extranonce1, extranonce2Size }
}

/** BIP 310: one value per extension. npm stratum-pool answers `{}`, which supports nothing. */
function readConfigured(result: unknown): Answer {
  const fields: Readonly<Record<string, unknown>> = isRecord(result) ? result : {}
  const mask = fields['version-rolling.mask']
  const minimum = fields['minimum-difficulty']
  return {
    kind: 'configure-result',
    versionRolling: fields['version-rolling'] === true,
    mask: typeof mask === 'string' ? uint32FromHex(mask) : null,
    minimumDifficulty: typeof minimum === 'boolean' ? minimum : null,
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
