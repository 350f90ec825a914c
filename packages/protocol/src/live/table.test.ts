import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { columnList, columns, fromCode, nullCode, toCode } from './columns.ts'
import { copyTable, createTable, moveCell, readCell, resizeTable, sameTable, writeCell } from './table.ts'

test.for([
  ['hashrate', columns.hashrateHs.coding, 1e9, 1e15],
  ['power', columns.powerW.coding, 5, 12_000],
  ['fan speed', columns.fanRpm.coding, 1000, 9990],
] as const)('%s keeps three significant digits', ([, coding, min, max]) => {
  fc.assert(
    fc.property(fc.double({ min, max, noNaN: true }), value => {
      expect(Math.abs(fromCode(coding, toCode(coding, value))! - value)).toBeLessThanOrEqual(value * 0.005)
    }),
  )
})

test('a code survives being read and written again, in every column', () => {
  fc.assert(
    fc.property(fc.constantFrom(...columnList), fc.integer({ min: 0, max: 60_000 }), ({ coding }, code) => {
      expect(toCode(coding, fromCode(coding, code))).toBe(code)
    }),
  )
})

test('what is unknown or no number is null, never 0', () => {
  const codes = [null, Number.NaN, Infinity].map(value => toCode(columns.powerW.coding, value))
  expect(codes).toEqual([nullCode, nullCode, nullCode])
})

test('a count too large for its column stays at the end of its range', () => {
  expect(fromCode(columns.accepted.coding, toCode(columns.accepted.coding, 1e12))).toBe(0x7fff_ffff)
})

test('noise within the dead band is not written, a real change is', () => {
  const table = createTable(1)
  const write = (value: number | null) => moveCell(table, { column: columns.hashrateHs, slot: 0, value })
  expect([100e12, 103e12, 97e12, 106e12, null, null, 106e12].map(write)).toEqual([
    true,
    false,
    false,
    true,
    true,
    false,
    true,
  ])
})

test('a column without a dead band is written whenever its code changes', () => {
  const table = createTable(1)
  const write = (value: number) => moveCell(table, { column: columns.accepted, slot: 0, value })
  expect([1, 2, 2].map(write)).toEqual([true, true, false])
})

test('a table made longer has unknown rows at its end, and made shorter again is the same', () => {
  const table = createTable(2)
  writeCell(table, { column: columns.accepted, slot: 1, value: 4 })
  const longer = resizeTable(table, 5)
  expect([1, 4].map(slot => readCell(longer, columns.accepted, slot))).toEqual([4, null])
  expect(sameTable(resizeTable(longer, 2), table)).toBe(true)
})

test('tables differ by one cell, by their length, and by an unknown column, but not by an empty one', () => {
  const table = createTable(2)
  const changed = copyTable(table)
  writeCell(changed, { column: columns.accepted, slot: 1, value: 0 })
  const withColumn = (code: number) => ({
    slots: 2,
    columns: new Map([...table.columns, [99, Int32Array.of(code, code)]]),
  })
  const others = [changed, createTable(3), withColumn(1), withColumn(nullCode)]
  expect(others.map(other => sameTable(table, other))).toEqual([false, false, false, true])
})
