import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeMessage } from './message.ts'
import type { Message } from './message.ts'

const decode = (text: string) => decodeMessage(new TextEncoder().encode(text))
const idOf = (message: Message) => ('id' in message ? message.id : undefined)

test.each([
  ['{"id":1,"result":true}', '1'],
  ['{"result":true,"id":9007199254740993}', '9007199254740993'],
  ['{"id" : 4.0 ,"result":true}', '4.0'],
  ['{"id":-0,"result":true}', '-0'],
  ['{"\\u0069d":1e3,"result":true}', '1e3'],
  ['{"id":1,"id":2,"result":true}', '2'],
  ['{"result":{"id":5},"error":"\\"id\\":6","id":7}', '7'],
  ['{"id":"auth","result":true}', '"auth"'],
  ['{"id":"a\\u0062","result":true}', '"ab"'],
  ['{"id":null,"result":true}', null],
  ['{"result":true}', null],
])('keeps the id of %s as its JSON text', (line, id) => {
  expect(idOf(decode(line))).toBe(id)
})

test('an id of any number is spelled as on the wire', () => {
  fc.assert(
    fc.property(fc.oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true })), id => {
      const text = JSON.stringify(id)
      expect(idOf(decode(` { "method" : "mining.foo" , "params" : [ "\\\\" , {"id":0} ] , "id" : ${text} }`))).toBe(
        text,
      )
    }),
  )
})

test.each([
  ['', 'blank'],
  [' \t\r', 'blank'],
  ['{"id":1', 'not-json'],
  ['GET / HTTP/1.1', 'not-json'],
  ['[1,2]', 'not-an-object'],
  ['null', 'not-an-object'],
  ['"mining.notify"', 'not-an-object'],
  ['{"id":1}', 'not-stratum'],
  ['{"id":1,"method":7}', 'not-stratum'],
])('says what is wrong with %j', (line, wrong) => {
  const message = decode(line)
  expect(message.kind === 'unreadable' ? message.why : message.kind).toBe(wrong)
})

test('reports bytes that are not UTF-8', () => {
  expect(decodeMessage(Uint8Array.of(0x22, 0xff, 0x22))).toEqual({ kind: 'unreadable', why: 'not-utf8' })
})

test('does not decode a line above the limit', () => {
  expect(decodeMessage(new Uint8Array(1_048_577).fill(32))).toEqual({ kind: 'unreadable', why: 'too-long' })
})

test('never throws, whatever the bytes', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), bytes => void decodeMessage(bytes)))
})

test('never throws, whatever the JSON', () => {
  const params = fc.jsonValue({ maxDepth: 3 })
  const method = fc.constantFrom(
    'mining.configure',
    'mining.subscribe',
    'mining.authorize',
    'mining.submit',
    'mining.notify',
    'mining.set_difficulty',
    'mining.set_extranonce',
    'mining.set_version_mask',
    'client.reconnect',
    'client.show_message',
    'x',
  )
  fc.assert(
    fc.property(
      fc.record({ id: params, method, params, result: params, error: params }, { requiredKeys: [] }),
      value => {
        decode(JSON.stringify(value))
      },
    ),
  )
})

test('survives a megabyte of brackets', () => {
  const depth = 500_000
  expect(decode(`{"id":1,"result":${'['.repeat(depth)}${']'.repeat(depth)}}`)).toMatchObject({
    kind: 'response',
    id: '1',
  })
})

test('a method without an id is a notification, with one a request', () => {
  expect(decode('{"method":"mining.ping","params":[]}')).toMatchObject({ kind: 'notification', id: null })
  expect(decode('{"method":"mining.ping","params":[],"id":1}')).toMatchObject({ kind: 'request', id: '1' })
})

test('what a pool only tells is a notification, whatever its id', () => {
  expect(decode('{"id":1,"method":"mining.set_version_mask","params":["1fffe000"]}')).toEqual({
    kind: 'notification',
    id: '1',
    method: 'mining.set_version_mask',
    call: { kind: 'set_version_mask', mask: 0x1fffe000 },
  })
})

test('a method beside a result makes a call, unless the parameters are missing as in an echo', () => {
  expect(decode('{"id":1,"method":"mining.ping","params":[],"result":null}').kind).toBe('request')
  expect(decode('{"id":1,"method":"mining.submit","params":null,"result":true}')).toEqual({
    kind: 'response',
    id: '1',
    result: true,
    reject: null,
  })
})

test('carries a method that it does not know', () => {
  expect(decode('{"id":3,"method":"mining.foo","params":{"a":[1]}}')).toEqual({
    kind: 'request',
    id: '3',
    method: 'mining.foo',
    call: { kind: 'unknown', method: 'mining.foo', params: { a: [1] } },
  })
})

test('[X1] carries no password, of a known method or of one that may hold one', () => {
  const lines = [
    '{"id":1,"method":"mining.authorize","params":["u","hunter2"]}',
    '{"id":1,"method":"login","params":{"pass":"hunter2"}}',
    '{"id":1,"method":"mining.authorize","params":{"pass":"hunter2"}}',
  ]
  expect(JSON.stringify(lines.map(decode))).not.toContain('hunter2')
})

test.each([
  ['mining.notify', ['id', 'zz']],
  ['mining.notify', []],
  ['mining.submit', ['w', 'j', 'abc', '00000000', '00000000']],
  ['mining.submit', ['w', 'j', 'abcd', '00000000', 'not hex']],
  ['mining.submit', ['w', 'j', 'abcd', '00000000', '00000000', 7]],
  ['mining.set_difficulty', [0]],
  ['mining.set_difficulty', [-1]],
  ['mining.set_difficulty', ['1']],
  ['mining.set_extranonce', ['abc', 4]],
  ['mining.set_extranonce', ['abcd', 400]],
  ['mining.set_version_mask', ['1fffe0000']],
  ['mining.authorize', [1]],
  ['mining.configure', ['version-rolling']],
])('finds the parameters of %s malformed when they are %j', (method, params) => {
  expect(decode(JSON.stringify({ id: 1, method, params }))).toMatchObject({ call: { kind: 'malformed', method } })
})

const notify = ['j', '00'.repeat(32), '01', '02', ['ab'.repeat(32)], '20000000', '17023a04', '685468d7', true]

test('reads a job', () => {
  expect(decode(JSON.stringify({ id: null, method: 'mining.notify', params: notify }))).toMatchObject({
    call: {
      kind: 'notify',
      job: {
        id: 'j',
        prevhash: '00'.repeat(32),
        coinb1: '01',
        coinb2: '02',
        branches: ['ab'.repeat(32)],
        version: 0x20000000,
        nbits: 0x17023a04,
        ntime: 0x685468d7,
        clean: true,
      },
    },
  })
})

test.each([
  ['the last element of a longer list', [...notify.slice(0, 8), 'x', false], false],
  ['nothing when no boolean is there', notify.slice(0, 8), null],
])('takes clean_jobs from %s', (_, params, clean) => {
  expect(decode(JSON.stringify({ method: 'mining.notify', params }))).toMatchObject({ call: { job: { clean } } })
})

test('reads masks with a prefix and with fewer digits, and sizes in quotes', () => {
  const [mask, size] = [
    decode('{"method":"mining.set_version_mask","params":["0x3fff"]}'),
    decode('{"method":"mining.set_extranonce","params":["","4"]}'),
  ]
  expect(mask).toMatchObject({ call: { mask: 0x3fff } })
  expect(size).toMatchObject({ call: { extranonce1: '', extranonce2Size: 4 } })
})
