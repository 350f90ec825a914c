import { maxTextLength } from '@headframe/protocol'

/** Why a pool said no. Different faults with different cures: a stale share is latency, a duplicate is firmware. */
export type RejectClass = (typeof rejectClasses)[number]

export const rejectClasses = [
  'stale',
  'unknown-job',
  'duplicate',
  'low-difficulty',
  'bad-ntime',
  'bad-version',
  'bad-extranonce2',
  'unauthorized',
  'not-subscribed',
  'unknown-method',
  'banned',
  'malformed',
  'other',
] as const

export interface Reject {
  readonly class: RejectClass
  readonly code: number | null
  /** The pool's own words, cut to 256 characters. */
  readonly text: string | null
}

/**
 * Reads the `error` of a response, and ckpool's `reject-reason` beside it.
 * Shapes: `[code, text, extra]`, `[code, text]`, `"text"`, `{code, message, data}`, `true`. No error is `null`.
 */
export function readReject(error: unknown, reason: unknown): Reject | null {
  const found = readError(error)
  const text = found?.text ?? (typeof reason === 'string' ? reason : null)
  if (found === null && text === null) return null
  const code = found?.code ?? null
  return { class: classify(code, text), code, text: text?.slice(0, maxTextLength) ?? null }
}

function readError(error: unknown): { code: number | null; text: string | null } | null {
  if (error === null || error === undefined || error === false) return null
  if (typeof error === 'string') return { code: null, text: error }
  if (Array.isArray(error)) return { code: asNumber(error[0]), text: asText(error[1]) ?? asText(error[0]) }
  if (typeof error !== 'object') return { code: asNumber(error), text: null }
  return {
    code: 'code' in error ? asNumber(error.code) : null,
    text: 'message' in error ? asText(error.message) : null,
  }
}

function asNumber(value: unknown): number | null {
  return typeof value === 'number' ? value : null
}

function asText(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null
}

/** By text first: DATUM says 20, 21 and 23 for seven different things. */
function classify(code: number | null, text: string | null): RejectClass {
  // The name of code 21 in the first protocol text means stale. `job not found` in other spellings (node-stratum-pool,
  // the Python lineage, btcpool's code 36) is said of an id that the pool does not know.
  if (code === 21 && text === 'Job not found') return 'stale'
  return classByText(text?.slice(0, maxTextLength) ?? '') ?? classByCode(code)
}

function classByText(text: string): RejectClass | null {
  return byText.find(([pattern]) => pattern.test(text))?.[1] ?? null
}

/**
 * In order: the narrower first. Wordings of ckpool (libckpool share_errs, 2017 and 2025), DATUM gateway, btcpool
 * (StratumStatus), node-stratum-pool and the Python lineage of slush0's pool.
 */
const byText: readonly (readonly [RegExp, RejectClass])[] = [
  [/duplicate/i, 'duplicate'],
  [/method/i, 'unknown-method'],
  [/ntime|time[- ]too[- ](old|new)/i, 'bad-ntime'],
  [/version/i, 'bad-version'],
  [/nonce ?2|nonce prefix/i, 'bad-extranonce2'],
  [/stale|prevblk/i, 'stale'],
  [/unknown[- ](work|job)|job.*not found|invalid job ?id|no such job/i, 'unknown-job'],
  [/above target|high-hash|h-not-zero|(below|low|under).*diff|diff.*(below|low)/i, 'low-difficulty'],
  [/subscribed/i, 'not-subscribed'],
  [/\bbanned\b/i, 'banned'],
  [/authori[sz]|mismatch|(invalid|unknown|no such) (user|worker)/i, 'unauthorized'],
  [/malformed|invalid|illegal|incorrect|\bparams?\b|^no (nonce|job_id|username)$|parse/i, 'malformed'],
]

/** node-stratum negates the codes of the first protocol text. */
function classByCode(code: number | null): RejectClass {
  if (code === null) return 'other'
  return byCode.get(code) ?? byCode.get(-code) ?? 'other'
}

/** 20 to 25: the first protocol text. 26 to 37: btcpool. -3: the Python lineage. The rest: JSON-RPC 2. */
const byCode: ReadonlyMap<number, RejectClass> = new Map<number, RejectClass>([
  [21, 'stale'],
  [22, 'duplicate'],
  [23, 'low-difficulty'],
  [24, 'unauthorized'],
  [25, 'not-subscribed'],
  [26, 'unknown-method'],
  [27, 'malformed'],
  [28, 'banned'],
  [29, 'unauthorized'],
  [31, 'bad-ntime'],
  [32, 'bad-ntime'],
  [33, 'bad-version'],
  [34, 'malformed'],
  [35, 'bad-extranonce2'],
  [36, 'unknown-job'],
  [37, 'stale'],
  [-3, 'unknown-method'],
  [-32601, 'unknown-method'],
  [-32600, 'malformed'],
  [-32602, 'malformed'],
  [-32700, 'malformed'],
])
