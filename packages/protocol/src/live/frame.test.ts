import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { relayId } from '../ids.ts'
import { applyFrame } from './apply.ts'
import { crc32 } from './bytes.ts'
import { columns, nullCode } from './columns.ts'
import { decodeFrame } from './decode.ts'
import { encodeFrame, reencodeFrame } from './encode.ts'
import { changedSlots, isKeyframe, type Frame, type FrameLabel } from './frame.ts'
import { copyTable, createTable, sameTable, writeCell, type LiveTable } from './table.ts'

const relay = relayId.parse('relay_12345678')
const keyLabel: FrameLabel = {
  relay,
  epoch: 3,
  seq: 9,
  cohort: 2,
  baseEpoch: 0,
  baseSeq: 0,
  at: 1_792_000_000_000,
  advanceS: 0,
}
const deltaLabel: FrameLabel = { ...keyLabel, baseEpoch: 3, baseSeq: 8, advanceS: 60 }

const anyCode = fc.oneof(
  { weight: 3, arbitrary: fc.constant(nullCode) },
  { weight: 6, arbitrary: fc.integer({ min: -300, max: 300 }) },
  { weight: 2, arbitrary: fc.integer({ min: nullCode, max: 0x7fff_ffff }) },
  { weight: 1, arbitrary: fc.constantFrom(0x7fff_ffff, -0x7fff_ffff) },
)
const anyId = fc.oneof(fc.integer({ min: 0, max: 15 }), fc.constantFrom(16, 200, 0xffff))
const anyTable = fc
  .record({ slots: fc.integer({ min: 0, max: 70 }), ids: fc.uniqueArray(anyId, { maxLength: 8 }) })
  .chain(({ slots, ids }) =>
    fc
      .tuple(...ids.map(() => fc.array(anyCode, { minLength: slots, maxLength: slots })))
      .map(codes => tableOf(slots, new Map(ids.map((id, index) => [id, Int32Array.from(codes[index]!)])))),
  )
/** A table and what became of it: some cells written, perhaps longer or shorter, perhaps something else entirely. */
const anyChange = fc.oneof(
  fc.tuple(anyTable, anyTable),
  fc
    .tuple(anyTable, fc.array(fc.tuple(fc.nat(), fc.nat(), anyCode), { maxLength: 20 }))
    .map(([before, edits]) => [before, edited(before, edits)] as const),
)
const anyAdvance = fc.oneof(fc.integer({ min: -100, max: 100 }), fc.constantFrom(0x7fff_ffff, -0x7fff_ffff))

test('any table arrives equal as a keyframe', () => {
  fc.assert(
    fc.property(anyTable, table => {
      expect(arrives(encodeFrame({ header: keyLabel, base: null, table }), null, table)).toBe(true)
    }),
  )
})

test('any change of any table arrives equal as a difference, longer and shorter tables too', () => {
  fc.assert(
    fc.property(anyChange, anyAdvance, ([base, table], advanceS) => {
      expect(arrives(encodeFrame({ header: { ...deltaLabel, advanceS }, base, table }), base, table)).toBe(true)
    }),
  )
})

test('encoding a decoded frame again gives equal bytes, unknown columns among them', () => {
  fc.assert(
    fc.property(anyChange, ([base, table]) => {
      const bytes = encodeFrame({ header: deltaLabel, base, table })
      expect(reencodeFrame(decoded(bytes))).toEqual(bytes)
    }),
  )
})

test('a frame of a newer relay decodes, and its unknown columns are carried into the table', () => {
  const table = tableOf(3, new Map([[500, Int32Array.of(7, nullCode, -9)]]))
  const applied = applyFrame(decoded(encodeFrame({ header: keyLabel, base: null, table })), null)
  expect(applied.ok && applied.table.columns.get(500)).toEqual(Int32Array.of(7, nullCode, -9))
})

test('the header arrives as it was', () => {
  const base = createTable(4)
  const frame = decoded(encodeFrame({ header: deltaLabel, base, table: createTable(5) }))
  expect(frame.header).toEqual({ ...deltaLabel, slots: 5 })
})

test('every cut of a frame is an error', () => {
  fc.assert(
    fc.property(anyTable, fc.nat(), (table, cut) => {
      const bytes = encodeFrame({ header: keyLabel, base: null, table })
      expect(decodeFrame(bytes.subarray(0, cut % bytes.length)).ok).toBe(false)
    }),
  )
})

test('flipped bits are an error', () => {
  const flips = fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(anyTable, flips, (table, places) => {
      const bytes = encodeFrame({ header: keyLabel, base: null, table })
      const bitsAt = new Map(places.map(([at, bits]) => [at % bytes.length, bits]))
      expect(decodeFrame(bytes.map((byte, at) => byte ^ (bitsAt.get(at) ?? 0))).ok).toBe(false)
    }),
  )
})

test('garbage is an error', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), bytes => !decodeFrame(bytes).ok))
})

test('a forged frame with a right checksum is an error, or is applied and encoded again without harm', () => {
  const edits = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 255 })), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(anyTable, edits, (table, places) => {
      const bytes = encodeFrame({ header: keyLabel, base: null, table })
      for (const [at, byte] of places) bytes[at % (bytes.length - 4)] = byte
      new DataView(bytes.buffer).setUint32(bytes.length - 4, crc32(bytes.subarray(0, -4)), true)
      expect(isHarmless(bytes)).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

test('an error says what is wrong and where', () => {
  expect(decodeFrame(Uint8Array.of(2, 0, 0, 0, 0, 0))).toEqual({
    ok: false,
    error: { code: 'checksum', text: 'the checksum does not match', offset: 0 },
  })
})

test('a difference without its base is refused', () => {
  const frame = decoded(encodeFrame({ header: deltaLabel, base: createTable(2), table: createTable(2) }))
  expect(applyFrame(frame, null)).toEqual({ ok: false, error: 'noBase' })
})

test('a flood of unknown columns is refused', () => {
  const base = tableOf(1, new Map(Array.from({ length: 64 }, (_, id) => [id, Int32Array.of(1)])))
  const more = tableOf(1, new Map([[99, Int32Array.of(1)]]))
  const frame = decoded(encodeFrame({ header: deltaLabel, base: createTable(1), table: more }))
  expect(applyFrame(frame, base)).toEqual({ ok: false, error: 'tooManyColumns' })
})

test('a frame tells which slots changed, and whether it is a keyframe', () => {
  const base = createTable(10)
  const table = copyTable(base)
  writeCell(table, { column: columns.accepted, slot: 7, value: 5 })
  const frame = decoded(encodeFrame({ header: deltaLabel, base, table }))
  expect([isKeyframe(frame), [...changedSlots(frame)]]).toEqual([false, [7]])
})

test('a cohort polled in step with the beat costs no rows', () => {
  const base = createTable(1000)
  for (let slot = 0; slot < 1000; slot++) writeCell(base, { column: columns.observedAt, slot, value: keyLabel.at })
  const table = copyTable(base)
  for (let slot = 0; slot < 1000; slot++)
    writeCell(table, { column: columns.observedAt, slot, value: keyLabel.at + 60_000 })
  const bytes = encodeFrame({ header: deltaLabel, base, table })
  expect([changedSlots(decoded(bytes)).length, arrives(bytes, base, table)]).toEqual([0, true])
})

function tableOf(slots: number, known: Map<number, Int32Array>): LiveTable {
  return { slots, columns: known }
}

function edited(table: LiveTable, edits: readonly (readonly [number, number, number])[]): LiveTable {
  const copy = copyTable(table)
  const ids = [...copy.columns.keys()]
  for (const [column, slot, code] of table.slots === 0 || ids.length === 0 ? [] : edits) {
    copy.columns.get(ids[column % ids.length]!)![slot % table.slots] = code
  }
  return copy
}

function decoded(bytes: Uint8Array): Frame {
  const result = decodeFrame(bytes)
  if (!result.ok) throw new Error(result.error.text)
  return result.frame
}

function arrives(bytes: Uint8Array, base: LiveTable | null, table: LiveTable): boolean {
  const applied = applyFrame(decoded(bytes), base)
  return applied.ok && sameTable(applied.table, table)
}

function isHarmless(bytes: Uint8Array): boolean {
  const result = decodeFrame(bytes)
  if (!result.ok) return true
  const same = Buffer.compare(reencodeFrame(result.frame), bytes) === 0
  return same && (applyFrame(result.frame, createTable(5)).ok || result.frame.columns.length > 48)
}
