import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { decrypted, encrypted } from './cipher.ts'
import { framed } from './frames.ts'
import { md5Crypt } from './md5-crypt.ts'
import { v3Digest, v3Token } from './v3-token.ts'

const vectorsFile = new URL('../../../../../shared/reference/miners/test-vectors.json', import.meta.url)
const hasVectors = existsSync(vectorsFile)
const vectors = hasVectors ? JSON.parse(readFileSync(vectorsFile, 'utf8')) : null

test('MD5-crypt agrees with openssl', () => {
  // openssl passwd -1 -salt BQ5hoXV9 admin
  expect(md5Crypt('admin', 'BQ5hoXV9')).toBe('RxmaDUO33TS7O26yeMHZ81')
})

test.skipIf(!hasVectors)('key and sign are those of the recorded vector', () => {
  const v2 = vectors.whatsminer_v2
  expect(md5Crypt(v2.password, v2.salt)).toBe(v2.key)
  expect(md5Crypt(v2.key + v2.time, v2.newsalt)).toBe(v2.sign)
})

test.skipIf(!hasVectors)('a request of the vector decrypts, and a reply encrypts to it', () => {
  const v2 = vectors.whatsminer_v2
  const key = createHash('sha256').update(v2.key).digest()
  expect(key.toString('hex')).toBe(v2.aes_key_hex)
  expect(decrypted(v2.request.data, key)).toBe(v2.plaintext)
  expect(encrypted(v2.reply_plain, key)).toBe(v2.reply.enc)
})

test.skipIf(!hasVectors)('tokens, frames and encrypted pools of API 3 are those of the vectors', () => {
  const { whatsminer_v3: v3, whatsminer_v3_pools: pools } = vectors
  expect(v3Digest(v3).toString('hex')).toBe(v3.sha256_hex)
  expect(v3Token(v3)).toBe(v3.token)
  expect(framed(JSON.stringify(v3.request)).toString('hex')).toMatch(new RegExp(`^${v3.frame_hex_first8}`))
  expect(v3Token(pools)).toBe(pools.token)
  expect(decrypted(pools.param, v3Digest(pools))).toBe(pools.plaintext)
})

test('what is no whole number of blocks is not decrypted', () => {
  expect(decrypted('AAAA', Buffer.alloc(32))).toBe(null)
  expect(decrypted('', Buffer.alloc(32))).toBe(null)
})
