import { hash } from 'node:crypto'

/** What a server asks for in its `WWW-Authenticate: Digest` header. */
export type Challenge = {
  readonly realm: string
  readonly nonce: string
  readonly opaque: string | null
  /** Without it the server speaks the older RFC 2069. */
  readonly qop: 'auth' | null
}

export type DigestRequest = {
  readonly method: string
  readonly uri: string
  readonly user: string
  readonly password: string
  /** Times that this nonce was used, from 1. */
  readonly count: number
  readonly cnonce: string
}

/** `null` for a challenge that is no digest, or not of MD5. */
export function parseChallenge(header: string): Challenge | null {
  const parts = /^\s*Digest\s+(.*)$/is.exec(header)?.[1]
  if (parts === undefined) return null
  const fields = Object.fromEntries(
    [...parts.matchAll(/(\w+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g)].map(([, name = '', quoted, bare]) => [
      name.toLowerCase(),
      quoted ?? bare ?? '',
    ]),
  )
  const { realm, nonce, opaque, qop, algorithm } = fields
  if (realm === undefined || nonce === undefined || (algorithm ?? 'MD5').toUpperCase() !== 'MD5') return null
  const auth = qop?.split(',').some(one => one.trim() === 'auth') === true
  return { realm, nonce, opaque: opaque ?? null, qop: auth ? 'auth' : null }
}

/** The `Authorization` header that answers a challenge (RFC 2617, MD5). */
export function authorization(challenge: Challenge, request: DigestRequest): string {
  const { realm, nonce, opaque, qop } = challenge
  const nc = request.count.toString(16).padStart(8, '0')
  const fields = [
    `username="${quotable(request.user)}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri="${request.uri}"`,
    ...(qop === null ? [] : [`qop=${qop}`, `nc=${nc}`, `cnonce="${request.cnonce}"`]),
    `response="${response(challenge, request, nc)}"`,
    ...(opaque === null ? [] : [`opaque="${opaque}"`]),
  ]
  return `Digest ${fields.join(', ')}`
}

/** A header takes bytes, no line breaks; within quotes, quotes are escaped. */
function quotable(text: string): string {
  const clean = text.replaceAll(/\p{Cc}/gu, '').replaceAll(/["\\]/g, String.raw`\$&`)
  return Buffer.from(clean).toString('latin1')
}

function response({ realm, nonce, qop }: Challenge, request: DigestRequest, nc: string): string {
  const ha1 = md5(`${request.user}:${realm}:${request.password}`)
  const ha2 = md5(`${request.method}:${request.uri}`)
  return md5(qop === null ? `${ha1}:${nonce}:${ha2}` : `${ha1}:${nonce}:${nc}:${request.cnonce}:${qop}:${ha2}`)
}

function md5(text: string): string {
  return hash('md5', text)
}
