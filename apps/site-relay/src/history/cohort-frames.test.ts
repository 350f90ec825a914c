import {
  columnList,
  copyTable,
  createTable,
  maxInflatedBytes,
  maxMessageBytes,
  openPacked,
  relayId,
  sameTable,
  splitFrames,
  type LiveTable,
} from '@headframe/protocol'
import { inflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { pastOf } from '../link/past-rows.ts'
import { historyMessages, tablesOf } from './cohort-frames.ts'
import { createRowEncoder } from './minute-rows.ts'

const relay = relayId.parse('relay_000000000001')
const whole = { cohort: 3, afterAt: -1, throughAt: Infinity }

/** Minutes of a cohort in which no cell has to do with the one before. */
function wildMinutes(count: number) {
  const table = createTable(4096)
  const encode = createRowEncoder(1)
  let seed = 1
  return Array.from({ length: count }, (_, minute) => {
    for (const { id } of columnList) table.columns.get(id)!.forEach((_code, slot, codes) => (codes[slot] = next()))
    const at = minute * 60_000
    return { at, rows: [encode({ cohort: 3, table }, at)], was: copyTable(table) }
  })
  function next(): number {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) | 0
    return seed >> 6
  }
}

function taken(message: Uint8Array) {
  const opened = openPacked(message)
  if (!opened.ok) throw new Error(opened.error.text)
  const split = splitFrames(inflateRawSync(opened.deflated, { maxOutputLength: maxInflatedBytes }))
  if (!split.ok) throw new Error(split.error.text)
  return pastOf(split.frames, message.length)
}

const same = (read: readonly { readonly table: LiveTable }[], was: readonly { readonly was: LiveTable }[]) =>
  read.map(({ table }, index) => sameTable(table, was[index]!.was))

test('[S7] rows that are too many for one message go as several, each of which can be read alone', () => {
  const minutes = wildMinutes(5)
  const messages = historyMessages({ ...whole, minutes }, relay)
  expect(messages.length).toBeGreaterThan(1)
  expect(Math.max(...messages.map(({ length }) => length))).toBeLessThanOrEqual(maxMessageBytes)
  const tables = messages.flatMap(message => taken(message).tables)
  expect(tables.map(({ at }) => at)).toEqual(minutes.map(({ at }) => at))
  expect(same(tables, minutes)).toEqual(minutes.map(() => true))
})

test('a part that begins in the middle of a segment begins with a keyframe', () => {
  const minutes = wildMinutes(4)
  const messages = historyMessages({ cohort: 3, minutes, afterAt: 60_000, throughAt: 120_000 }, relay)
  const [first, ...others] = messages.map(taken)
  expect([first?.cohort, first?.epoch, others]).toEqual([3, 1, []])
  expect(same(first!.tables, minutes.slice(2, 3))).toEqual([true])
})

test('a cohort that was not there is no message', () => {
  expect(historyMessages({ ...whole, cohort: 4, minutes: wildMinutes(1) }, relay)).toEqual([])
})

test('rows that cannot be followed end what is read', () => {
  const [first, , third] = wildMinutes(3)
  expect([...tablesOf([first!, third!], 3)].map(({ at }) => at)).toEqual([0])
})
