import { createHash, timingSafeEqual } from 'node:crypto'
import { random } from '../random.ts'
import { toBase64 } from '../base64.ts'

/** 256 random bits for a cookie. */
export function newToken(): string {
  return toBase64(random(new Uint8Array(32)))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')
}

// Crockford's base 32: no I, L, O, U, so that a code can be read out and typed.
const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'

/** 80 random bits in groups of four. */
export function newCode(): string {
  const text = Array.from(random(new Uint8Array(16)), byte => letters.charAt(byte % letters.length)).join('')
  return text.replace(/.{4}(?=.)/g, '$&-')
}

/** What is kept of a token. */
export const hashSecret = (secret: string): string => createHash('sha256').update(secret).digest('hex')

/** What is kept of a code: hyphens, spaces and case do not count. */
export const hashCode = (code: string): string => hashSecret(code.replaceAll(/[\s-]/g, '').toUpperCase())

/** Compares by hash: in constant time, whatever the lengths. */
export function sameCode(given: string, expected: string | undefined): boolean {
  if (expected === undefined || expected === '') return false
  const bytes = (text: string) => Uint8Array.from(hashCode(text), char => char.charCodeAt(0))
  return timingSafeEqual(bytes(given), bytes(expected))
}
