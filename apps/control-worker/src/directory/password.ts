import { scryptSync, timingSafeEqual } from 'node:crypto'
import { random } from '../random.ts'
import { fromBase64, toBase64 } from '../base64.ts'

// OWASP Password Storage Cheat Sheet, scrypt with 32 MiB: N = 2^15, r = 8, p = 3. More memory would not fit an isolate.
const cost = { N: 2 ** 15, r: 8, p: 3, maxmem: 64 * 1024 * 1024 }
const keyLength = 32

/** Hashes a password. Synchronous, so that an actor hashes one at a time. */
export function hashPassword(password: string): string {
  const salt = random(new Uint8Array(16))
  return ['scrypt', cost.N, cost.r, cost.p, toBase64(salt), toBase64(derive(password, salt, cost))].join('$')
}

/** Checks a password; without a hash it takes as long, so that nobody learns which logins exist. */
export function verifyPassword(password: string, hash: string | null): boolean {
  const [kind, N, r, p, salt = '', key = ''] = (hash ?? nobody).split('$')
  if (kind !== 'scrypt') throw new Error('a password hash of an unknown kind')
  const derived = derive(password, fromBase64(salt), { ...cost, N: Number(N), r: Number(r), p: Number(p) })
  return timingSafeEqual(derived, fromBase64(key)) && hash !== null
}

const nobody = ['scrypt', cost.N, cost.r, cost.p, btoa('0'.repeat(16)), btoa('0'.repeat(keyLength))].join('$')

function derive(password: string, salt: Uint8Array, options: typeof cost): Uint8Array {
  return Uint8Array.from(scryptSync(password.normalize('NFKC'), salt, keyLength, options))
}
