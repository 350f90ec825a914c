import { expect, test } from 'vitest'
import { relayId } from '../ids.ts'
import { ByteReader, ByteWriter, crc32 } from './bytes.ts'
import { decodeFrame } from './decode.ts'
import { reencodeFrame } from './encode.ts'
import type { Frame, FrameColumn, FrameHeader } from './frame.ts'
import { interleave, splitFrames } from './interleave.ts'
import { hasSymbols } from './symbols.ts'

const header: FrameHeader = {
  relay: relayId.parse('relay_12345678'),
  epoch: 1,
  seq: 1,
  cohort: 0,
  baseEpoch: 0,
  baseSeq: 0,
  at: 5,
  advanceS: 0,
  slots: 9,
}

test('the CRC-32 of zlib: its check value', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf4_3926)
})

test.for<[string, Partial<Frame>, string]>([
  ['more slots than a cohort has', { header: { ...header, slots: 4097 } }, 'header'],
  ['an epoch that no relay counts to', { header: { ...header, epoch: 2 ** 50 + 1 } }, 'header'],
  ['an epoch over 53 bits', { header: { ...header, epoch: 2 ** 53 } }, 'format'],
  ['a bitmap that goes on after the last slot', present('bitmap', [0, 0b10]), 'presence'],
  ['a bitmap of another length', present('bitmap', [0]), 'presence'],
  ['a run that goes on after the last slot', present('runs', [0, 10]), 'presence'],
  ['an empty run', present('runs', [3, 0]), 'presence'],
  ['half a run', present('runs', [3]), 'presence'],
  ['a column twice', { columns: [column(1, [2, 2]), column(1, [2, 2])] }, 'column'],
  ['a column out of order', { columns: [column(2, [2, 2]), column(1, [2, 2])] }, 'column'],
  ['a column id over 16 bits', { columns: [column(0x1_0000, [2, 2])] }, 'column'],
  ['too many columns', { columns: Array.from({ length: 65 }, (_, id) => column(id, [2, 2])) }, 'column'],
  ['a column with a row too few', { columns: [column(1, [2])] }, 'column'],
  ['a column with a row too many', { columns: [column(1, [2, 2, 2])] }, 'column'],
])('[X2] refuses %s, even with a right checksum', ([, wrong, code]) => {
  expect(decodeFrame(forged(wrong))).toMatchObject({ ok: false, error: { code } })
})

test('accepts what these were forged from', () => {
  expect(decodeFrame(forged({})).ok).toBe(true)
})

test.for<[string, number[], boolean]>([
  ['null', [0], true],
  ['the largest symbol, 2^32', [0x80, 0x80, 0x80, 0x80, 0x10], true],
  ['a symbol over 2^32 by its last byte', [0x80, 0x80, 0x80, 0x80, 0x11], false],
  ['a symbol over 2^32 by its first', [0x81, 0x80, 0x80, 0x80, 0x10], false],
  ['a symbol of six bytes', [0x80, 0x80, 0x80, 0x80, 0x80, 0], false],
  ['half a symbol', [0x80], false],
  ['half a symbol after a whole one', [1, 0x80], false],
])('one symbol: %s', ([, bytes, isOne]) => {
  expect(hasSymbols(Uint8Array.from(bytes), 1)).toBe(isOne)
})

test('[X2] a packed body of too many frames is refused', () => {
  const body = interleave(Array.from({ length: 1025 }, () => forged({})))
  expect(splitFrames(body)).toMatchObject({ ok: false, error: { text: '1025 frames' } })
})

test('[X2] a packed head with bytes after it is refused', () => {
  const frame = forged({ columns: [] })
  const writer = new ByteWriter()
  writer.varint(1)
  writer.varint(frame.length - 3)
  writer.append(frame.subarray(0, -3))
  writer.u32(0)
  expect(splitFrames(writer.copy())).toMatchObject({ ok: false, error: { code: 'trailing' } })
})

test('a reader keeps its first failure, and reads nothing after it', () => {
  const reader = new ByteReader(Uint8Array.of(1, 2))
  reader.take(3)
  expect([reader.byte(), reader.left, reader.failure?.text]).toEqual([0, 0, '3 bytes expected, 2 left'])
})

/** A frame whose checksum is right and whose rest may not be. Slots 3 and 4 are present. */
function forged(wrong: Partial<Frame>): Uint8Array {
  return reencodeFrame({ header, ...present('runs', [3, 2]), columns: [column(1, [2, 2])], ...wrong })
}

function present(form: 'runs' | 'bitmap', bytes: readonly number[]) {
  return { presence: { form, bytes: Uint8Array.from(bytes), slots: new Uint16Array() } }
}

function column(id: number, symbols: readonly number[]): FrameColumn {
  return { id, body: Uint8Array.from(symbols) }
}
