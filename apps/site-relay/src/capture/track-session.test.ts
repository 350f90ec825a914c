import { newId, type Direction } from '@headframe/protocol'
import { decodeMessage } from '@headframe/stratum'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Entry } from './entry.ts'
import { freshSession } from './fresh-session.ts'
import { trackSession, type SessionTrack } from './track-session.ts'

const session = freshSession({
  id: newId('session', bytes => bytes.fill(1)),
  peer: '127.0.0.1:1',
  listener: '127.0.0.1:2',
  pool: 'stratum+tcp://pool:3',
  startedAt: 0,
})

function track(afterGap = false): SessionTrack {
  let seq = 0
  return trackSession({ session, afterGap }, { nextSeq: () => ++seq, decode: decodeMessage })
}

let clock = 0
const heard = (on: SessionTrack, direction: Direction, text: string | Uint8Array): Entry[] => {
  clock += 1000
  const bytes = new Uint8Array(Buffer.from(text))
  const times = { receivedAt: clock / 1000, receivedUs: clock, forwardedUs: clock + 20 }
  return on.bytes({ kind: 'bytes', number: 1, handle: 1, direction, ...times, bytes })
}
const toPool = (on: SessionTrack, text: string | Uint8Array) => heard(on, 'to-pool', text)
const toMiner = (on: SessionTrack, text: string | Uint8Array) => heard(on, 'to-miner', text)
const textOf = (entry: Entry | undefined) => Buffer.from(entry?.raw ?? []).toString()

const notify = JSON.stringify({
  id: null,
  method: 'mining.notify',
  params: ['a1', '00'.repeat(32), '01', '02', [], '20000000', '1d00ffff', '655f1e80', true],
})
const submit = '{"id":9,"method":"mining.submit","params":["w.1","a1","00000000","655f1e80","00000001"]}\n'

function mining(): SessionTrack {
  const on = track()
  toPool(on, '{"id":1,"method":"mining.subscribe","params":["bitaxe/1.0"]}\n')
  toMiner(on, '{"id":1,"result":[[],"aabbccdd",4],"error":null}\n')
  toPool(on, '{"id":2,"method":"mining.authorize","params":["w.1","hunter2!"]}\n')
  toMiner(on, '{"id":2,"result":true,"error":null}\n')
  toMiner(on, `{"id":null,"method":"mining.set_difficulty","params":[1e-12]}\n${notify}\n`)
  return on
}

test('follows a session from its subscription to an accepted share, which is hashed again', () => {
  const on = mining()
  const [share] = toPool(on, submit)
  const [answer] = toMiner(on, '{"id":9,"result":true,"error":null}\n')
  expect(share?.check).toMatchObject({ requiredDifficulty: 1e-12, meetsDifficulty: true, accepted: null })
  expect(answer?.check).toEqual({ ...share?.check, accepted: true })
  expect(answer?.message).toMatchObject({ kind: 'response', method: 'mining.submit', latencyUs: 1000 })
  expect(answer?.message.summary).toBe('share accepted')
  expect(on.current()).toMatchObject({
    agent: 'bitaxe/1.0',
    worker: 'w.1',
    difficulty: 1e-12,
    accepted: 1,
    rejected: 0,
    messagesToPool: 3,
    messagesToMiner: 5,
    lastShareAt: share?.message.receivedAt,
  })
})

test('a refused share is counted and says why', () => {
  const on = mining()
  toPool(on, submit)
  const [answer] = toMiner(on, '{"id":9,"result":null,"error":[21,"Job not found",null]}\n')
  expect(answer?.message.summary).toBe('share rejected: stale (Job not found)')
  expect(on.current()).toMatchObject({ accepted: 0, rejected: 1 })
})

test('an accepted share that is none by our own hashing is pointed out', () => {
  const on = mining()
  toMiner(on, `{"id":null,"method":"mining.set_difficulty","params":[1000000]}\n${notify}\n`)
  toPool(on, submit)
  const [answer] = toMiner(on, '{"id":9,"result":true,"error":null}\n')
  expect(answer?.message.summary).toBe('share accepted, although it is below its difficulty')
})

test('[X1] the password of an authorize is masked, and wherever the pool repeats it', () => {
  const on = track()
  const [asked] = toPool(on, '{"params":["w.1","hunter2!"],"id":2,"method":"mining.authorize"}\r\n')
  const [answer] = toMiner(on, '{"id":2,"result":null,"error":[24,"bad password hunter2! for w.1",null]}\n')
  expect(textOf(asked)).toBe('{"params":["w.1","********"],"id":2,"method":"mining.authorize"}\r\n')
  expect(answer?.message.summary).toBe('not authorized: unauthorized (bad password ******** for w.1)')
  expect(textOf(answer)).not.toContain('hunter2')
})

test('[X1] half a line next to a gap is kept without its bytes', () => {
  const on = track()
  toPool(on, '{"id":2,"params":["w.1","hun')
  const gap = { kind: 'gap' as const, number: 2, handle: 1, direction: 'to-pool' as const, chunks: 3, bytes: 400 }
  const entries = [...on.gap({ ...gap, receivedAt: 5, receivedUs: 5000 }), ...toPool(on, 'ter2!"]}\n')]
  expect(entries.map(entry => entry.message.summary)).toEqual([
    'a part of a line; the rest is missing',
    'not captured: 3 reads, 400 bytes',
    'a part of a line; the rest is missing',
  ])
  expect(entries.map(entry => entry.raw.length)).toEqual([0, 0, 0])
  expect(toPool(on, '{"id":3,"method":"mining.ping","params":[]}\n')[0]?.message.summary).toBe('ping')
})

test('[X1] a session taken over from a killed capture may begin within a line, and says so only if it does', () => {
  expect(toPool(track(true), '2!"]}\n')[0]).toMatchObject({ message: { kind: 'undecoded', sizeBytes: 6 } })
  expect(toPool(track(true), submit)[0]?.message.kind).toBe('request')
})

test.each([
  ['not json', Buffer.from('hello\n'), 'not JSON'],
  ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x0a]), 'not UTF-8'],
  ['JSON that is no object', Buffer.from('[1]\n'), 'JSON, but no object'],
  ['an object that is no message', Buffer.from('{"a":1}\n'), 'an object, but no request and no response'],
  ['a line too long to decode', Buffer.from(`"${'x'.repeat(1_100_000)}"\n`), 'longer than 1 MiB: not decoded'],
])('%s is stored with the reason', (_what, line, parseError) => {
  const [entry] = toMiner(track(), line)
  expect(entry?.message).toMatchObject({ kind: 'undecoded', parseError, sizeBytes: line.length })
})

test('a line in pieces has the wall time of its first byte and the clock times of its last', () => {
  const on = track()
  toPool(on, submit.slice(0, 10))
  const first = clock
  const [entry] = toPool(on, submit.slice(10))
  expect(entry?.message).toMatchObject({ receivedAt: first / 1000, receivedUs: clock, forwardedUs: clock + 20 })
})

test('an unterminated last line is told when the session ends', () => {
  const on = track()
  toPool(on, submit.trimEnd())
  const [entry] = on.end(77, 'miner closed')
  expect(entry?.message.summary).toBe('share, job a1, w.1 (no line end)')
  expect(on.current()).toMatchObject({ endedAt: 77, endReason: 'miner closed' })
})

test('a summary has an end, whatever is in the line', () => {
  const on = track()
  toPool(on, submit.replace('"a1"', `"${'a'.repeat(5000)}"`).trimEnd())
  const [entry] = on.end(1, 'miner closed')
  expect(entry?.message.summary).toHaveLength(480 + ' (no line end)'.length)
})

test('[X5] control characters of a pool do not reach a list', () => {
  const [entry] = toMiner(track(), '{"id":null,"method":"client.show_message","params":["a\\u001b[31mred\\u202eb"]}\n')
  expect(entry?.message.summary).toBe('message: a [31mred b')
})

test('any bytes whatever are followed without a crash, and every byte is in a line', () => {
  const words = [
    '{"id":1,',
    '"method":',
    '"mining.submit"',
    '"mining.notify"',
    '"params":[',
    '"a1"',
    ',',
    ']}',
    '\n',
    submit,
    notify,
  ]
  const part = fc.oneof(
    fc.constantFrom(...words).map(text => Buffer.from(text)),
    fc.uint8Array({ maxLength: 30 }),
  )
  const said = fc.tuple(fc.constantFrom('to-pool' as const, 'to-miner' as const), part)
  fc.assert(
    fc.property(fc.array(said, { maxLength: 30 }), all => {
      const on = mining()
      const entries = all.flatMap(([direction, bytes]) => heard(on, direction, bytes))
      entries.push(...on.end(1, 'closed'))
      const size = (direction: Direction) =>
        entries.reduce((sum, { message }) => sum + (message.direction === direction ? message.sizeBytes : 0), 0)
      const given = (direction: Direction) =>
        all.reduce((sum, [way, bytes]) => sum + (way === direction ? bytes.length : 0), 0)
      expect([size('to-pool'), size('to-miner')]).toEqual([given('to-pool'), given('to-miner')])
    }),
  )
})
