import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { MinerError } from '../miner-error.ts'
import { parseReply } from './repair.ts'

const value = (reply: string) => parseReply(reply).value

test('strips a trailing NUL and line breaks', () => {
  expect(value('{"a":1}\r\n\0')).toEqual({ a: 1 })
})

test('strips raw line breaks inside a text', () => {
  expect(value('{"a":"x\r\ny"}')).toEqual({ a: 'xy' })
})

test('takes a refused proxy for a miner that is starting', () => {
  expect(() => value('Socket connect failed: Connection refused\n')).toThrow(
    expect.objectContaining({ code: 'not-ready' }),
  )
})

test('puts a comma between objects that touch: bmminer 4.9', () => {
  expect(value('{"STATS":[{"BMMiner":"2.0"}{"Elapsed":5}]}')).toEqual({ STATS: [{ BMMiner: '2.0' }, { Elapsed: 5 }] })
})

test('drops a comma before a closing bracket: old bmminer', () => {
  expect(value('{"a":[1,2,],"b":{"c":1,},}')).toEqual({ a: [1, 2], b: { c: 1 } })
})

test('drops a comma after an opening bracket: old btminer', () => {
  expect(value('{"a":[,{"b":1}]}')).toEqual({ a: [{ b: 1 }] })
})

test('puts a missing comma between a value and the next key: btminer of 2023-01-06', () => {
  expect(value('{"sn":"A1""temp0":41,"x":3"y":4}')).toEqual({ sn: 'A1', temp0: 41, x: 3, y: 4 })
})

test('puts a bracket before a reply that begins with a comma: Avalon', () => {
  expect(value(',"STATUS":"S","id":1}')).toEqual({ STATUS: 'S', id: 1 })
})

test('reads bare C floats as null: Avalon and cgminer', () => {
  expect(value('{"a":inf,"b":-nan,"c":nan,"d":[+inf]}')).toEqual({ a: null, b: null, c: null, d: [null] })
})

test('reads a list written like an object: WhatsMiner API 2.0.4', () => {
  expect(value('{"Msg":{"error_code":["329":"2024-01-01 00:00:00","541":"x"],"n":[1,[2]]}}')).toEqual({
    Msg: { error_code: { 329: '2024-01-01 00:00:00', 541: 'x' }, n: [1, [2]] },
  })
})

test('keeps the last of the same key: Hammer', () => {
  expect(value('{"temp1":40,"temp1":45}')).toEqual({ temp1: 45 })
})

test.each([
  ['{"S":[{"a":1,"b":2},{"c":3,"d":', { S: [{ a: 1, b: 2 }, { c: 3 }] }],
  ['{"S":[{"a":1,"b":"half a te', { S: [{ a: 1 }] }],
  ['{"S":[{"a":1}', { S: [{ a: 1 }] }],
])('keeps the whole values of a reply that was cut off: %s', (reply, whole) => {
  expect(parseReply(reply)).toEqual({ value: whole, partial: true })
})

test('changes nothing that is JSON already', () => {
  fc.assert(
    fc.property(fc.json(), json => {
      expect(parseReply(json)).toEqual({ value: JSON.parse(json), partial: false })
    }),
  )
})

test('refuses a reply that was cut off before its first whole value', () => {
  expect(() => parseReply('{"S":[{"a":12345')).toThrow(expect.objectContaining({ code: 'bad-reply' }))
})

test('leaves what looks like damage inside a text alone', () => {
  expect(value('{"a":"x,}{,]inf","b":1,}')).toEqual({ a: 'x,}{,]inf', b: 1 })
})

test('gives a value or a MinerError for any text whatever', () => {
  const damaged = fc
    .tuple(fc.json(), fc.nat(), fc.string())
    .map(([json, at, noise]) => json.slice(0, at % (json.length + 1)) + noise)
  fc.assert(
    fc.property(fc.oneof(fc.string(), damaged, fc.stringMatching(/^[\][{}",:a1 ]{0,40}$/)), text => {
      expect(attempt(text)).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

function attempt(text: string): boolean {
  try {
    return 'value' in parseReply(text)
  } catch (error) {
    return error instanceof MinerError
  }
}
