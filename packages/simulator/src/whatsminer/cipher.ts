import { createCipheriv, createDecipheriv } from 'node:crypto'

/** AES-256-ECB with zero padding, in base64: what WhatsMiners of both APIs use. */
export function encrypted(text: string, key: Buffer): string {
  const plain = Buffer.from(text)
  const padded = Buffer.alloc(Math.ceil(plain.length / 16) * 16)
  plain.copy(padded)
  const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false)
  return Buffer.concat([cipher.update(padded), cipher.final()]).toString('base64')
}

/** The text, without padding of zeros or of PKCS #7; `null` when it is no whole number of blocks. */
export function decrypted(base64: string, key: Buffer): string | null {
  const bytes = Buffer.from(base64, 'base64')
  if (bytes.length === 0 || bytes.length % 16 !== 0) return null
  const cipher = createDecipheriv('aes-256-ecb', key, null).setAutoPadding(false)
  const plain = Buffer.concat([cipher.update(bytes), cipher.final()])
  let end = plain.length
  while (end > 0 && (plain[end - 1] ?? 0) <= 16) end -= 1
  return plain.subarray(0, end).toString('utf8')
}
