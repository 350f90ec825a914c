import { expect, test } from 'vitest'
import { filesToDelete, readSegmentName, segmentBytes, segmentName } from './retention.ts'

const file = (firstSeq: number, bytes: number) => ({
  name: segmentName(firstSeq, 0),
  firstSeq,
  day: '19700101',
  bytes,
  damaged: false,
})

test('the oldest go until the rest fits, and the newest stays', () => {
  const files = [file(1, 50), file(20, 30), file(9, 40)]
  expect(filesToDelete(files, 75).map(each => each.firstSeq)).toEqual([1])
  expect(filesToDelete(files, 120)).toEqual([])
  expect(filesToDelete(files, 0).map(each => each.firstSeq)).toEqual([1, 9])
})

test('a name tells the first seq and the day, and sorts by seq', () => {
  const name = segmentName(123, Date.UTC(2026, 10, 20, 23, 59))
  expect(name).toBe('messages-000000000000123-20261120.db')
  expect(readSegmentName(name)).toEqual({ firstSeq: 123, day: '20261120', damaged: false })
  expect(readSegmentName(`${name}.corrupt`)?.damaged).toBe(true)
  expect(readSegmentName('sessions.db')).toBeNull()
})

test('a file is an eighth of all, within reason', () => {
  expect(segmentBytes(2 ** 31)).toBe(64 * 1_048_576)
  expect(segmentBytes(80 * 1_048_576)).toBe(10 * 1_048_576)
  expect(segmentBytes(1_048_576)).toBe(131_072)
})
