import { mayHoldSecret } from './call.ts'
import { elementsOf, membersOf, skipBlanks, valueAt } from './json-scan.ts'
import type { Member, Span } from './json-scan.ts'

/**
 * Bytes of a miner's line, as many as before, with what may be a password replaced by `*` [X1]. To be called on every
 * line from a miner before it is kept or shown; what follows may decode the result. The line itself when it holds none.
 *
 * A line that is JSON stays JSON. One that is not is searched for no structure: when it may be about a password, all its
 * text goes.
 */
export function maskSecrets(raw: Uint8Array): Uint8Array {
  const text = latin1.decode(raw)
  if (!isJson(text)) return mayBeAboutSecret(text) ? withoutText(raw) : raw
  const secrets = [...secretsIn(raw, text), ...(mayNameSecret(text) ? namedSecrets(raw) : [])]
  if (secrets.length === 0) return raw
  const masked = raw.slice()
  for (const span of secrets) maskScalars(masked, span)
  return masked
}

/** A character a byte, whatever they are: windows-1252 differs from latin1 above 127 only. */
const latin1 = new TextDecoder('latin1')
const star = 42
const quote = 34
const minus = 45
const zero = 48
const nine = 57
const colon = 58
const structure: ReadonlySet<number> = new Set(Array.from('{}[]:," \t\r\n', char => char.charCodeAt(0)))

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

/** Of a line that is cut short or broken: also when its method, which may come last, cannot be seen. */
function mayBeAboutSecret(text: string): boolean {
  if (mayHoldSecret(text) || text.includes('\\u')) return true
  return /param/i.test(text) && !/"method"\s*:\s*"[^"\\]*"/.test(text)
}

function withoutText(raw: Uint8Array): Uint8Array {
  return raw.map(byte => (structure.has(byte) ? byte : star))
}

/** Spans that may hold a password, in a request or in a list of them. Of what is neither, all that is about one. */
function secretsIn(raw: Uint8Array, text: string): Span[] {
  const value = valueAt(raw, 0)
  const elements = elementsOf(raw, value.from)
  const lines = (elements.length > 0 ? elements : [value]).map(line => ({ line, members: membersOf(raw, line.from) }))
  return lines.flatMap(({ line, members }) => {
    if (members.some(({ key }) => shapes.has(textAt(raw, key)))) return secretsOf(raw, members)
    return mayHoldSecret(text) ? [line] : []
  })
}

/** Keys that a request or a response has. */
const shapes: ReadonlySet<string> = new Set(['method', 'params', 'result', 'error'])

/** A key may come twice, and readers differ in which they take: one method with a password is enough, or none at all. */
function secretsOf(raw: Uint8Array, members: readonly Member[]): Span[] {
  const methods = members.flatMap(({ key, value }) => (textAt(raw, key) === 'method' ? [textAt(raw, value)] : []))
  const isParamsAlone =
    !methods.some(method => method !== '') && members.some(({ key }) => textAt(raw, key) === 'params')
  if (!isParamsAlone && !methods.some(mayHoldSecret)) return []
  return members.flatMap(({ key, value }) => {
    const name = textAt(raw, key)
    if (name === 'params') return secretParams(raw, value)
    return harmless.has(name) ? [] : [value]
  })
}

function mayNameSecret(text: string): boolean {
  return secretKey.test(text) || text.includes('\\u')
}

/** Values whose key says that they are one, whatever the method. */
function namedSecrets(raw: Uint8Array): Span[] {
  const found: Span[] = []
  for (let at = raw.indexOf(quote); at >= 0;) {
    const string = valueAt(raw, at)
    const next = skipBlanks(raw, string.to)
    const isKey = raw[next] === colon && secretKey.test(textAt(raw, string))
    const secret = isKey ? valueAt(raw, next + 1) : null
    if (secret !== null) found.push(secret)
    // What is in a secret is not looked at again: 1 MiB of keys in keys is a valid line.
    at = raw.indexOf(quote, (secret ?? string).to)
  }
  return found
}

const secretKey = /pass|pwd|secret/i

/** All but the user: the first element, or the members that are named so. */
function secretParams(raw: Uint8Array, params: Span): Span[] {
  const [user, ...others] = elementsOf(raw, params.from)
  if (user !== undefined) return raw[user.from] === quote ? others : [user, ...others]
  const members = membersOf(raw, params.from)
  if (members.length === 0) return [params]
  return members.flatMap(({ key, value }) => (userKeys.has(textAt(raw, key)) ? [] : [value]))
}

const harmless: ReadonlySet<string> = new Set(['id', 'method', 'jsonrpc'])
const userKeys: ReadonlySet<string> = new Set(['user', 'username', 'worker', 'name'])

function textAt(raw: Uint8Array, span: Span): string {
  if (raw[span.from] !== quote) return ''
  const value: unknown = JSON.parse(latin1.decode(raw.subarray(span.from, span.to)))
  return typeof value === 'string' ? value : ''
}

/** Masks strings and numbers of a value, at any depth, in one pass: 1 MiB of brackets is a valid line. */
function maskScalars(raw: Uint8Array, span: Span): void {
  let at = span.from
  while (at < span.to) {
    if (structure.has(raw[at] ?? 0) && raw[at] !== quote) at++
    else {
      const scalar = valueAt(raw, at)
      if (raw[skipBlanks(raw, scalar.to)] !== colon) maskScalar(raw, scalar)
      at = scalar.to
    }
  }
}

/** A number becomes a string of the same size, so that the line stays JSON; the literals hold no secret. */
function maskScalar(raw: Uint8Array, { from, to }: Span): void {
  const first = raw[from] ?? 0
  const isNumber = first === minus || (first >= zero && first <= nine)
  if (first !== quote && !isNumber) return
  if (to - from === 1) raw[from] = zero
  else {
    raw.fill(star, from, to)
    raw[from] = quote
    raw[to - 1] = quote
  }
}
