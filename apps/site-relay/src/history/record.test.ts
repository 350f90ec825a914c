import { array, assert, integer, nat, property, record as recordOf, uint8Array } from 'fast-check'
import { expect, test } from 'vitest'
import { encodeRecord, readRecords } from './record.ts'

const record = recordOf({
  at: integer({ min: 0, max: 2 ** 45 }),
  payload: uint8Array({ maxLength: 200 }),
})
const records = array(record, { minLength: 1, maxLength: 8 })

test('records are read as they were written', () => {
  assert(
    property(records, written => {
      const bytes = Buffer.concat(written.map(encodeRecord))
      expect(readRecords(bytes)).toEqual({ records: plain(written), wholeBytes: bytes.length })
    }),
  )
})

test('a file that was torn anywhere is read up to its last whole record', () => {
  assert(
    property(records, nat(), uint8Array({ maxLength: 40 }), (written, cut, rubbish) => {
      const whole = written.map(encodeRecord)
      const bytes = Buffer.concat(whole)
      const kept = cut % bytes.length
      const torn = Buffer.concat([bytes.subarray(0, kept), rubbish.fill(0)])
      const ends = whole.map((_, index) => Buffer.concat(whole.slice(0, index + 1)).length)
      // A record that ends with zeros may be made whole again by those of a torn file.
      const count = ends.filter(end => torn.subarray(0, end).equals(bytes.subarray(0, end))).length
      const read = readRecords(torn)
      expect(read.wholeBytes).toBe(ends[count - 1] ?? 0)
      expect(read.records).toEqual(plain(written.slice(0, count)))
    }),
  )
})

test('a bit that flipped ends the reading before its record, wherever it is', () => {
  assert(
    property(records, nat(), nat({ max: 7 }), (written, place, bit) => {
      const whole = written.map(encodeRecord)
      const bytes = Buffer.concat(whole)
      const flipped = place % bytes.length
      bytes[flipped] = bytes[flipped]! ^ (1 << bit)
      const before = whole.findIndex((_, index) => Buffer.concat(whole.slice(0, index + 1)).length > flipped)
      expect(readRecords(bytes).records).toEqual(plain(written.slice(0, before)))
    }),
  )
})

const plain = (written: readonly { at: number; payload: Uint8Array }[]) =>
  written.map(({ at, payload }) => ({ at, payload: Buffer.from(payload) }))
