import { expect, test } from 'vitest'
import { readReject } from './reject.ts'

test.each([null, undefined, false])('%s is no error', error => {
  expect(readReject(error, undefined)).toBeNull()
})

test.each([
  [[20, 'x', null], 'other'],
  [[21, '', null], 'stale'],
  [[22, ''], 'duplicate'],
  [[23, null, null], 'low-difficulty'],
  [[24, null, null], 'unauthorized'],
  [[-25, null, null], 'not-subscribed'],
  [[27, 'Illegal params', null], 'malformed'],
  [[28, null, null], 'banned'],
  [[35, null, null], 'bad-extranonce2'],
  [{ code: -32601, message: 'nope' }, 'unknown-method'],
  [{ code: -32602 }, 'malformed'],
  ['Unauthorized worker', 'unauthorized'],
  ['low difficulty share of 0.5', 'low-difficulty'],
  ['Invalid nonce2 length', 'bad-extranonce2'],
  ['Params not array', 'malformed'],
  [true, 'other'],
  [[], 'other'],
  [{}, 'other'],
  [25, 'not-subscribed'],
])('puts %j into the class %s', (error, expected) => {
  expect(readReject(error, undefined)?.class).toBe(expected)
})

test('reads the reason beside an error that is null', () => {
  expect(readReject(null, 'Stale')).toEqual({ class: 'stale', code: null, text: 'Stale' })
})

test('cuts the words of a pool', () => {
  expect(readReject([20, 'x'.repeat(100_000), null], undefined)?.text).toHaveLength(256)
})
