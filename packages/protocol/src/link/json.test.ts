import { expect, test } from 'vitest'
import { encodeText } from '../text.ts'
import { decodeDown, decodeUp, encodeMessage, isCredit, isJson } from './json.ts'
import type { DownMessage } from './message.ts'

test('a message arrives as it was sent', () => {
  const message: DownMessage = { type: 'keyframe', cohorts: [1, 2] }
  expect(decodeDown(encodeMessage(message))).toEqual({ ok: true, message })
})

test('a JSON message is told from packed frames by its first byte', () => {
  const message = encodeMessage({ type: 'credit', lane: 'live', bytes: 5 })
  expect([isJson(message), isJson(Uint8Array.of(1, 1))]).toEqual([true, false])
})

test('[X2] a bad message gets an error that says what and where', () => {
  expect(decodeUp(encodeText('{"type":"credit","lane":"live","bytes":0}'))).toEqual({
    ok: false,
    error: 'bytes: Too small: expected number to be >=1',
    type: 'credit',
  })
})

test('a message of an unknown type is an error', () => {
  expect(decodeUp(encodeText('{"type":"dance"}'))).toMatchObject({ ok: false, error: expect.stringMatching(/^type: /) })
})

test('[X1] what is not JSON is an error that does not quote it', () => {
  expect(decodeUp(encodeText('{"password":"hunter2'))).toEqual({ ok: false, error: 'message: not JSON', type: null })
})

test('what is not UTF-8 is an error', () => {
  expect(decodeDown(Uint8Array.of(0x7b, 0xff))).toEqual({ ok: false, error: 'message: not UTF-8', type: null })
})

test('JSON nested without end is an error, not a crash', () => {
  expect(decodeDown(encodeText('['.repeat(200_000))).ok).toBe(false)
})

test('a credit message is one whatever the order of its fields, and only on the control lane', () => {
  const credit = encodeText('{"bytes":9, "lane":"bulk", "type":"credit"}')
  const other = encodeText('{"type":"keyframe","cohorts":[]}')
  expect([isCredit('control', credit), isCredit('live', credit), isCredit('control', other)]).toEqual([
    true,
    false,
    false,
  ])
})
