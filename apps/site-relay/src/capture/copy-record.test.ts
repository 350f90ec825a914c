import { newId } from '@headframe/protocol'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { CopyError, createCopyDecoder, encodeCopy, maxRecordBytes, type CopyRecord } from './copy-record.ts'

const number = fc.nat()
const handle = fc.nat()
const time = fc.double({ min: 0, max: 4e15, noNaN: true, noDefaultInfinity: true })
const direction = fc.constantFrom('to-pool' as const, 'to-miner' as const)
const session = fc.record({
  id: fc.uint8Array({ minLength: 20, maxLength: 20 }).map(fill => newId('session', bytes => (bytes.set(fill), bytes))),
  peer: fc.string({ maxLength: 80 }),
  listener: fc.string({ maxLength: 80 }),
  pool: fc.string({ maxLength: 300 }),
  startedAt: time,
})
const record: fc.Arbitrary<CopyRecord> = fc.oneof(
  fc.record({
    kind: fc.constant('bytes' as const),
    number,
    handle,
    direction,
    receivedAt: time,
    receivedUs: time,
    forwardedUs: fc.option(time),
    bytes: fc.uint8Array({ maxLength: 2000 }),
  }),
  fc.record({
    kind: fc.constant('gap' as const),
    number,
    handle,
    direction,
    chunks: number,
    bytes: number,
    receivedAt: time,
    receivedUs: time,
  }),
  fc.record({
    kind: fc.constant('end' as const),
    number,
    handle,
    endedAt: time,
    reason: fc.string({ maxLength: 256 }),
  }),
  fc.record({ kind: fc.constant('session' as const), handle, session }),
  fc.record({ kind: fc.constant('stored' as const), number }),
  fc.constant({ kind: 'announced' as const }),
  fc.constant({ kind: 'hello' as const, version: 1, proxy: 'f'.repeat(32) }),
)

test('records arrive as they were sent, however the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(record, { maxLength: 8 }), fc.array(fc.integer({ min: 1, max: 500 })), (records, cuts) => {
      const stream = Buffer.concat(records.map(encodeCopy))
      const decoder = createCopyDecoder()
      const read: CopyRecord[] = []
      let at = 0
      for (const cut of [...cuts, stream.length]) {
        read.push(...decoder.push(stream.subarray(at, at + cut)))
        at += cut
      }
      expect(read).toEqual(normal(records))
    }),
  )
})

test('garbage is an error or waits for more, and never a crash', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), bytes => {
      const decoder = createCopyDecoder()
      try {
        for (const one of decoder.push(bytes)) encodeCopy(one)
      } catch (error) {
        expect(error).toBeInstanceOf(CopyError)
      }
    }),
  )
})

test('a record that would take too much memory is refused before it is read', () => {
  const head = Buffer.alloc(4)
  head.writeUInt32LE(maxRecordBytes + 1)
  expect(() => createCopyDecoder().push(head)).toThrow(CopyError)
})

/** JSON has no negative zero. */
function normal(records: readonly CopyRecord[]): unknown {
  return records.map(one => (one.kind === 'bytes' ? one : JSON.parse(JSON.stringify(one))))
}
