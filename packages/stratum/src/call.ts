import { maxTextLength } from '@headframe/protocol'
import { isHex, uint32FromHex } from './hex.ts'
import { readJob } from './job.ts'
import type { Job } from './job.ts'
import { readShare } from './share.ts'
import type { Share } from './share.ts'

/**
 * A method with its parameters. `kind` is the name on the wire without `mining.` or `client.`.
 * No password is in it: `authorize` keeps the worker alone.
 */
export type Call =
  | { readonly kind: 'configure'; readonly extensions: readonly string[]; readonly versionMask: number | null }
  | { readonly kind: 'subscribe'; readonly agent: string | null; readonly resume: string | null }
  | { readonly kind: 'extranonce.subscribe' }
  | { readonly kind: 'authorize'; readonly worker: string }
  | { readonly kind: 'submit'; readonly share: Share }
  | { readonly kind: 'suggest_difficulty'; readonly difficulty: number }
  | { readonly kind: 'suggest_target'; readonly target: string }
  | { readonly kind: 'get_transactions'; readonly jobId: string }
  | { readonly kind: 'multi_version'; readonly bits: number }
  | { readonly kind: 'capabilities' }
  | { readonly kind: 'notify'; readonly job: Job }
  | { readonly kind: 'set_difficulty'; readonly difficulty: number }
  | { readonly kind: 'set_extranonce'; readonly extranonce1: string; readonly extranonce2Size: number }
  | { readonly kind: 'set_version_mask'; readonly mask: number }
  | {
      readonly kind: 'reconnect'
      readonly host: string | null
      readonly port: number | null
      readonly waitS: number | null
    }
  | { readonly kind: 'show_message'; readonly text: string }
  | { readonly kind: 'get_version' }
  | { readonly kind: 'ping' }
  | { readonly kind: 'unknown'; readonly method: string; readonly params: unknown }
  /** A known method whose parameters are not what they must be. */
  | { readonly kind: 'malformed'; readonly method: string }

export function readCall(method: string, params: unknown): Call {
  const read = readers.get(method)
  if (read === undefined) return { kind: 'unknown', method, params: mayHoldSecret(method) ? null : params }
  return read(Array.isArray(params) ? params : []) ?? { kind: 'malformed', method }
}

/** What a pool tells and never asks. ESP-Miner's tests have such a line with an id that is not null. */
export function expectsNoAnswer(method: string): boolean {
  return told.has(method)
}

/** Methods with a password in them, by whatever name. */
export function mayHoldSecret(method: string): boolean {
  return /auth|login/i.test(method)
}

/** Size of extranonce2, as number or in quotes. No coinbase has room for more than 100 bytes of script. */
export function readExtranonce2Size(value: unknown): number | null {
  const size = typeof value === 'string' && /^\d{1,3}$/.test(value) ? Number(value) : value
  return typeof size === 'number' && Number.isInteger(size) && size >= 0 && size <= 100 ? size : null
}

export function isExtranonce1(value: unknown): value is string {
  return typeof value === 'string' && value.length <= 200 && isHex(value)
}

type Params = readonly unknown[]

const readers: ReadonlyMap<string, (params: Params) => Call | null> = new Map<string, (params: Params) => Call | null>([
  ['mining.configure', readConfigure],
  ['mining.subscribe', ([agent, resume]) => ({ kind: 'subscribe', agent: textOf(agent), resume: textOf(resume) })],
  ['mining.extranonce.subscribe', () => ({ kind: 'extranonce.subscribe' })],
  ['mining.authorize', ([worker]) => withText(worker, text => ({ kind: 'authorize', worker: text }))],
  ['mining.submit', readSubmit],
  ['mining.suggest_difficulty', ([value]) => withDifficulty(value, 'suggest_difficulty')],
  ['mining.suggest_target', ([target]) => withText(target, text => ({ kind: 'suggest_target', target: text }))],
  ['mining.get_transactions', ([jobId]) => withText(jobId, text => ({ kind: 'get_transactions', jobId: text }))],
  ['mining.multi_version', ([bits]) => (typeof bits === 'number' ? { kind: 'multi_version', bits } : null)],
  ['mining.capabilities', () => ({ kind: 'capabilities' })],
  ['mining.notify', readNotify],
  ['mining.set_difficulty', ([value]) => withDifficulty(value, 'set_difficulty')],
  ['mining.set_extranonce', readSetExtranonce],
  ['mining.set_version_mask', readSetVersionMask],
  ['client.reconnect', readReconnect],
  ['client.show_message', ([text]) => withText(text, cut => ({ kind: 'show_message', text: cut }))],
  ['client.get_version', () => ({ kind: 'get_version' })],
  ['mining.ping', () => ({ kind: 'ping' })],
  ['client.ping', () => ({ kind: 'ping' })],
])

const told: ReadonlySet<string> = new Set([
  'mining.notify',
  'mining.set_difficulty',
  'mining.set_extranonce',
  'mining.set_version_mask',
  'mining.set_target',
  'client.reconnect',
  'client.show_message',
])

function readConfigure([extensions, options]: Params): Call | null {
  if (!Array.isArray(extensions)) return null
  const names = extensions.filter(name => typeof name === 'string').slice(0, 16)
  return {
    kind: 'configure',
    extensions: names.map(name => name.slice(0, maxTextLength)),
    versionMask: maskIn(options),
  }
}

function maskIn(options: unknown): number | null {
  if (typeof options !== 'object' || options === null || !('version-rolling.mask' in options)) return null
  const mask = options['version-rolling.mask']
  return typeof mask === 'string' ? uint32FromHex(mask) : null
}

function readSubmit(params: Params): Call | null {
  const share = readShare(params)
  return share && { kind: 'submit', share }
}

function readNotify(params: Params): Call | null {
  const job = readJob(params)
  return job && { kind: 'notify', job }
}

function readSetExtranonce([extranonce1, size]: Params): Call | null {
  const extranonce2Size = readExtranonce2Size(size)
  if (!isExtranonce1(extranonce1) || extranonce2Size === null) return null
  return { kind: 'set_extranonce', extranonce1, extranonce2Size }
}

function readSetVersionMask([text]: Params): Call | null {
  const mask = typeof text === 'string' ? uint32FromHex(text) : null
  return mask === null ? null : { kind: 'set_version_mask', mask }
}

function readReconnect([host, port, wait]: Params): Call {
  return { kind: 'reconnect', host: textOf(host), port: countOf(port), waitS: countOf(wait) }
}

/** Ports come as numbers and as text. */
function countOf(value: unknown): number | null {
  const number = typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isInteger(number) && number >= 0 ? number : null
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value.slice(0, maxTextLength) : null
}

function withText(value: unknown, make: (text: string) => Call): Call | null {
  const text = textOf(value)
  return text === null ? null : make(text)
}

function withDifficulty(value: unknown, kind: 'set_difficulty' | 'suggest_difficulty'): Call | null {
  const usable = typeof value === 'number' && value > 0 && Number.isFinite(value)
  return usable ? { kind, difficulty: value } : null
}
