import { createHash } from 'node:crypto'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { bytesFromHex, hexFromBytes } from './hex.ts'
import { sha256, sha256d } from './hash.ts'
import { findNonce, startNonceSearch } from './nonce-search.ts'
import { targetOf } from './difficulty.ts'

const nodeSha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()
const genesis = bytesFromHex(
  '0100000000000000000000000000000000000000000000000000000000000000000000003ba3edfd7a7b12b27ac72c3e67768f617fc81bc3888a51323a9fb8aa4b1e5e4a29ab5f49ffff001d1dac2b7c',
)!

test('hashes as the platform does, at every length', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), bytes => {
      expect(hexFromBytes(sha256(bytes))).toBe(nodeSha256(bytes).toString('hex'))
      expect(hexFromBytes(sha256d(bytes))).toBe(nodeSha256(nodeSha256(bytes)).toString('hex'))
    }),
  )
})

test('hashes a part of a larger buffer', () => {
  const bytes = new Uint8Array(200).fill(7)
  expect(sha256(bytes.subarray(3, 103))).toEqual(sha256(new Uint8Array(100).fill(7)))
})

test('finds the nonce of the first block', () => {
  const search = startNonceSearch(genesis, targetOf(2536))
  expect(findNonce(search, 0x7c2bac1d - 500, 1000)).toBe(0x7c2bac1d)
})

test('does not take the nonce of the first block for a higher difficulty', () => {
  const search = startNonceSearch(genesis, targetOf(2537))
  expect(findNonce(search, 0x7c2bac1d, 1)).toBeNull()
})

test('finds a nonce at the end of the range, and none after its count', () => {
  const search = startNonceSearch(genesis, targetOf(2536))
  expect(findNonce(search, 0x7c2bac1d - 9, 10)).toBe(0x7c2bac1d)
  expect(findNonce(search, 0x7c2bac1d - 10, 10)).toBeNull()
})

test('finds the same nonces as hashing whole headers does', () => {
  const target = targetOf(1e-9)
  const found = findNonce(startNonceSearch(genesis, target), 0, 100)!
  const header = genesis.slice()
  new DataView(header.buffer).setUint32(76, found, true)
  const value = BigInt(`0x${hexFromBytes(sha256d(header).toReversed())}`)
  expect(value <= target).toBe(true)
})
