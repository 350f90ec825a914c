import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readCoinbase } from './coinbase.ts'
import { bytesFromHex } from './hex.ts'

const coinbase = (script: string) => {
  const size = (script.length / 2).toString(16).padStart(2, '0')
  const hex = `0100000001${'00'.repeat(32)}ffffffff${size}${script}ffffffff0100f2052a01000000015100000000`
  return bytesFromHex(hex)!
}

test('reads height, tag, outputs and lock time', () => {
  const tag = Buffer.from('/simulated/').toString('hex')
  expect(readCoinbase(coinbase(`0330c30d${tag}`))).toEqual({
    height: 901_936,
    script: `0330c30d${tag}`,
    tags: ['/simulated/'],
    outputs: [{ amountSat: 5_000_000_000, script: '51' }],
    sequence: 0xffffffff,
    lockTime: 0,
    totalSat: 5_000_000_000,
  })
})

test.each([
  ['5151', 1],
  ['60', 16],
  ['029d00', 157],
  ['04ffff001d0104', 486_604_799],
  ['04ffffffff', null],
  ['03aa', null],
  ['00', null],
  ['', null],
])('a script that begins with %s is of height %s', (script, height) => {
  expect(readCoinbase(coinbase(script))?.height).toBe(height)
})

test('is null for every piece of one, and for one with bytes after it', () => {
  const whole = coinbase('0330c30d')
  const pieces = Array.from({ length: whole.length }, (_, end) => readCoinbase(whole.subarray(0, end)))
  expect(pieces.filter(piece => piece !== null)).toEqual([])
  expect(readCoinbase(Uint8Array.of(...whole, 0))).toBeNull()
})

test('never throws, whatever the bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), bytes => {
      const head = coinbase('0330c30d').subarray(0, 41)
      readCoinbase(bytes)
      readCoinbase(Uint8Array.of(...head, ...bytes))
    }),
  )
})
