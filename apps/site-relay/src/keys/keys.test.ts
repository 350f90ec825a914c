import { createPublicKey, verify } from 'node:crypto'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { loadKeys } from './keys.ts'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'headframe-keys-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return join(path, 'keys')
}

test('keys are made once, and only their owner may read them', () => {
  const dir = folder()
  const [first, again] = [loadKeys(dir, 'machine'), loadKeys(dir, 'machine')]
  expect(again.publicKey).toBe(first.publicKey)
  expect(again.vault.open(first.vault.seal('secret', 'x'), 'x')).toBe('secret')
  expect([dir, join(dir, 'relay.key'), join(dir, 'vault.key')].map(path => statSync(path).mode & 0o777)).toEqual([
    0o700, 0o600, 0o600,
  ])
})

test('the public key is the raw 32 bytes, and verifies what was signed', () => {
  const keys = loadKeys(folder(), 'machine')
  const raw = Buffer.from(keys.publicKey, 'base64')
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: raw.toString('base64url') }, format: 'jwk' })
  const message = Buffer.from('hello')
  expect(raw).toHaveLength(32)
  expect(verify(null, message, key, Buffer.from(keys.sign(message), 'base64'))).toBe(true)
})

test('the same key on another machine is another instance', () => {
  const dir = folder()
  expect(loadKeys(dir, 'one').instance).toBe(loadKeys(dir, 'one\n').instance)
  expect(loadKeys(dir, 'one').instance).not.toBe(loadKeys(dir, 'two').instance)
})

test('a key that is damaged is named', () => {
  const dir = folder()
  loadKeys(dir, 'machine')
  writeFileSync(join(dir, 'relay.key'), 'nonsense')
  expect(() => loadKeys(dir, 'machine')).toThrow(/a key there cannot be read; restore it from its backup/)
  writeFileSync(join(dir, 'vault.key'), 'c2hvcnQ=')
  expect(() => loadKeys(dir, 'machine')).toThrow(/vault.key does not hold 32 bytes/)
})
