import { createHash } from 'node:crypto'

/** The `$1$` scheme of Poul-Henning Kamp (FreeBSD `crypt_md5`): the last field of the result. */
export function md5Crypt(password: string, saltText: string): string {
  const key = Buffer.from(password)
  const salt = Buffer.from(saltText.slice(0, 8))
  let digest = md5(key, Buffer.from('$1$'), salt, ...stretched(md5(key, salt, key), key.length), ...lengthBits(key))
  for (let round = 0; round < 1000; round += 1) {
    const odd = round % 2 === 1
    digest = md5(odd ? key : digest, round % 3 === 0 ? empty : salt, round % 7 === 0 ? empty : key, odd ? digest : key)
  }
  return encode(digest)
}

const empty = Buffer.alloc(0)

function md5(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('md5')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** As many bytes of the digest as the key is long, over and over. */
function stretched(digest: Buffer, length: number): readonly Buffer[] {
  return Array.from({ length: Math.ceil(length / 16) }, (_, index) =>
    digest.subarray(0, Math.min(16, length - index * 16)),
  )
}

/** For each bit of the length: a zero byte for a one, the first character of the key for a zero. */
function lengthBits(key: Buffer): readonly Buffer[] {
  return Array.from(key.length.toString(2))
    .toReversed()
    .map(bit => (bit === '1' ? Buffer.alloc(1) : key.subarray(0, 1)))
    .slice(0, key.length === 0 ? 0 : undefined)
}

const alphabet = './0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
const order = [
  [0, 6, 12],
  [1, 7, 13],
  [2, 8, 14],
  [3, 9, 15],
  [4, 10, 5],
] as const

function encode(digest: Buffer): string {
  const at = (index: number) => digest[index] ?? 0
  const groups = order.map(([high, middle, low]) => base64((at(high) << 16) | (at(middle) << 8) | at(low), 4))
  return groups.join('') + base64(at(11), 2)
}

function base64(value: number, length: number): string {
  return Array.from({ length }, (_, index) => alphabet.charAt((value >> (6 * index)) & 0x3f)).join('')
}
