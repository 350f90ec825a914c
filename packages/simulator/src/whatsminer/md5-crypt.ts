import { createHash } from 'node:crypto'

/** The last field of MD5-crypt, the `$1$` scheme of 1994 (Poul-Henning Kamp): 1000 rounds, a salt of at most 8 characters. */
export function md5Crypt(password: string, fullSalt: string): string {
  const secret = Buffer.from(password)
  const salt = Buffer.from(fullSalt.slice(0, 8))
  let digest = firstDigest(secret, salt)
  for (let round = 0; round < 1000; round += 1) {
    const parts = [round % 2 === 1 ? secret : digest]
    if (round % 3 !== 0) parts.push(salt)
    if (round % 7 !== 0) parts.push(secret)
    parts.push(round % 2 === 1 ? digest : secret)
    digest = md5(parts)
  }
  return encoded(digest)
}

function firstDigest(secret: Buffer, salt: Buffer): Buffer {
  const mixed = md5([secret, salt, secret])
  const parts = [secret, Buffer.from('$1$'), salt]
  for (let left = secret.length; left > 0; left -= 16) parts.push(mixed.subarray(0, Math.min(16, left)))
  // By the bits of the length: a zero byte for a 1, the first letter of the password for a 0. A slip of 1994, and kept.
  for (let bits = secret.length; bits > 0; bits >>>= 1) {
    parts.push(bits % 2 === 1 ? Buffer.from([0]) : secret.subarray(0, 1))
  }
  return md5(parts)
}

const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

const groups = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
] as const

function encoded(digest: Buffer): string {
  const byte = (index: number) => digest[index] ?? 0
  const text = groups.map(([a, b, c]) => letters((byte(a) << 16) | (byte(b) << 8) | byte(c), 4))
  return `${text.join('')}${letters(byte(11), 2)}`
}

function letters(value: number, count: number): string {
  return Array.from({ length: count }, (_, index) => alphabet.charAt((value >>> (6 * index)) & 63)).join('')
}

function md5(parts: readonly Buffer[]): Buffer {
  return createHash('md5').update(Buffer.concat(parts)).digest()
}
