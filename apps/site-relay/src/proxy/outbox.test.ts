import { newId } from '@headframe/protocol'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createCopiedSession, createOutbox, type Copied, type Outbox, type Waiting } from './outbox.ts'

const session = (handle: number) =>
  createCopiedSession(handle, {
    id: newId('session', bytes => bytes.fill(handle)),
    peer: '127.0.0.1:1',
    listener: '127.0.0.1:2',
    pool: 'stratum+tcp://pool:3',
    startedAt: 0,
  })

const copied = (bytes: number, receivedAt = 0): Copied => ({
  direction: 'to-pool',
  bytes: new Uint8Array(bytes),
  receivedAt,
  receivedUs: receivedAt * 1000,
  forwardedUs: null,
})

const taken = (outbox: Outbox) => {
  const records: Waiting['record'][] = []
  for (let next = outbox.next(); next !== undefined; next = outbox.next()) records.push(next.record)
  return records
}

test('[S7] what is not confirmed is sent again on the next connection', () => {
  const outbox = createOutbox(1_000_000)
  const one = session(1)
  outbox.bytes(one, copied(10))
  outbox.bytes(one, copied(20))
  outbox.end(one, 5, 'miner closed')
  expect(taken(outbox).map(record => record.number)).toEqual([1, 2, 3])
  outbox.confirm(1)
  outbox.rewind()
  expect(taken(outbox).map(record => record.number)).toEqual([2, 3])
  outbox.confirm(3)
  expect(outbox.stats().waitingBytes).toBe(0)
})

test('[P2] a full outbox drops copies, and says where and how much as soon as there is room', () => {
  const outbox = createOutbox(3000)
  const one = session(1)
  outbox.bytes(one, copied(1500, 1))
  outbox.bytes(one, copied(1500, 2))
  outbox.bytes(one, copied(1400, 3))
  expect(outbox.stats()).toMatchObject({ droppedChunks: 2, droppedBytes: 2900 })
  outbox.confirm(1)
  outbox.bytes(one, copied(10, 4))
  expect(taken(outbox)).toMatchObject([
    { kind: 'gap', number: 2, handle: 1, chunks: 2, bytes: 2900, receivedAt: 2 },
    { kind: 'bytes', number: 3, receivedAt: 4 },
  ])
})

test('a session that ends tells its gap first', () => {
  const outbox = createOutbox(2000)
  const one = session(1)
  outbox.bytes(one, copied(5000))
  outbox.end(one, 9, 'miner closed')
  expect(taken(outbox).map(record => record.kind)).toEqual(['gap', 'end'])
})

test('ends that find no room are made good by announcing anew who still runs', () => {
  const outbox = createOutbox(1000)
  for (let handle = 1; handle < 5000; handle++) outbox.end(session(handle), 0, 'miner closed')
  expect(outbox.takeLostEnds()).toBe(false)
  outbox.confirm(taken(outbox).at(-1)!.number)
  expect(outbox.takeLostEnds()).toBe(true)
  expect(outbox.takeLostEnds()).toBe(false)
})

test('nothing is ever lost without a count, and memory never exceeds the limit by more than the ends', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('bytes' as const), handle: fc.integer({ min: 1, max: 3 }), size: fc.nat(900) }),
    fc.record({ do: fc.constant('confirm' as const), upTo: fc.nat(40) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), steps => {
      const limit = 5000
      const outbox = createOutbox(limit)
      const sessions = new Map([1, 2, 3].map(handle => [handle, session(handle)]))
      let given = 0
      let told = 0
      const read = (upTo: number) => {
        outbox.rewind()
        return taken(outbox).filter(record => record.number <= upTo)
      }
      for (const each of steps) {
        if (each.do === 'bytes') {
          outbox.bytes(sessions.get(each.handle)!, copied(each.size))
          given += each.size
        } else {
          told += bytesIn(read(each.upTo))
          outbox.confirm(each.upTo)
        }
        expect(outbox.stats().waitingBytes).toBeLessThanOrEqual(limit)
      }
      for (const one of sessions.values()) outbox.end(one, 0, 'end')
      expect(told + bytesIn(read(Number.POSITIVE_INFINITY))).toBe(given)
    }),
  )
})

const bytesIn = (records: readonly Waiting['record'][]) => records.reduce((sum, record) => sum + bytesOf(record), 0)

function bytesOf(record: Waiting['record']): number {
  if (record.kind === 'bytes') return record.bytes.length
  return record.kind === 'gap' ? record.bytes : 0
}
