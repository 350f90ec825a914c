import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'
import { md5Crypt } from './md5-crypt.ts'

/** What `get_token` gives. */
export type Token = { readonly time: string; readonly salt: string; readonly newsalt: string }

/** The keys of one V2 token: `sign` goes into each message, `aesKey` seals it. */
export type SealKeys = { readonly sign: string; readonly aesKey: Buffer }

export function sealKeys(password: string, token: Token): SealKeys {
  const key = md5Crypt(password, token.salt)
  return { sign: md5Crypt(key + token.time, token.newsalt), aesKey: createHash('sha256').update(key).digest() }
}

/** `{"enc":1,"data":...}`: AES-256-ECB over the JSON, padded with zero bytes. */
export function sealV2(cmd: string, fields: object, keys: SealKeys): { readonly enc: 1; readonly data: string } {
  return { enc: 1, data: encrypt(JSON.stringify({ cmd, ...fields, token: keys.sign }), keys.aesKey) }
}

/** The text of `{"enc":"..."}`; `null` when it was sealed with other keys. */
export function openV2(sealed: string, keys: SealKeys): string | null {
  try {
    const decipher = createDecipheriv('aes-256-ecb', keys.aesKey, null).setAutoPadding(false)
    const plain = Buffer.concat([decipher.update(Buffer.from(sealed, 'base64')), decipher.final()]).toString('utf8')
    // Zero bytes and PKCS7 both occur.
    const text = plain.replace(/\p{Cc}+$/u, '')
    return text.startsWith('{') ? text : null
  } catch {
    return null
  }
}

export type SignV3 = { readonly cmd: string; readonly password: string; readonly salt: string; readonly ts: number }

/** The token of one V3 write, and the key that its parameter is sealed with. */
export function signV3({ cmd, password, salt, ts }: SignV3): { readonly token: string; readonly aesKey: Buffer } {
  const aesKey = createHash('sha256').update(`${cmd}${password}${salt}${ts}`).digest()
  return { token: aesKey.toString('base64').slice(0, 8), aesKey }
}

export function sealV3(param: unknown, aesKey: Buffer): string {
  return encrypt(JSON.stringify(param), aesKey)
}

function encrypt(text: string, key: Buffer): string {
  const bytes = Buffer.from(text)
  const padded = Buffer.concat([bytes, Buffer.alloc((16 - (bytes.length % 16)) % 16)])
  const cipher = createCipheriv('aes-256-ecb', key, null).setAutoPadding(false)
  return Buffer.concat([cipher.update(padded), cipher.final()]).toString('base64')
}
