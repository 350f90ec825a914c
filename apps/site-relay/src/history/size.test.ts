import { maxMessageBytes, relayId, sameTable, type LiveTable } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { createNoisySite } from '../../../../packages/protocol/src/live/noisy-site.fixture.ts'
import { readConfig } from '../config/index.ts'
import { tenAt } from './builders.ts'
import { historyMessages } from './cohort-frames.ts'
import { createHistory, minuteMs } from './history.ts'
import { createMemoryFiles } from './memory-files.ts'
import { readHistory } from './read-history.ts'

const minerCount = 50_000
const minutesPerSegment = 20
const segmentsPerWeek = (7 * 24 * 60) / minutesPerSegment

/** Two whole segments, and the first minute of a third. */
function keepSome() {
  const site = createNoisySite(minerCount)
  const clock = { now: tenAt - minuteMs / 2, monotonic: 0 }
  let tables: LiveTable[] = []
  const history = createHistory({
    files: createMemoryFiles(),
    tables: () => tables.map((table, cohort) => ({ cohort, table })),
    now: () => clock.now,
    monotonic: () => clock.monotonic,
    epoch: () => 1,
    newEpoch: () => {},
    clock: () => 'plausible',
    boot: 'boot',
    before: 'stopped',
    limits: { maxBytes: 2 ** 40, keepFreeBytes: 0 },
    log: () => {},
  })
  history.tick()
  for (let minute = 0; minute <= 2 * minutesPerSegment; minute++) {
    tables = site.minute().tables
    for (let ticks = 0; ticks < 60; ticks++) {
      clock.now += 1000
      clock.monotonic += 1000
      history.tick()
    }
  }
  return { history, tables }
}

const { history, tables } = keepSome()
const shelf = history.shelf()!
const whole = shelf.held().slice(0, 2)

test('a week of 50,000 miners fits the disk that history has by default', () => {
  const { maxBytes } = readConfig({ path: 'relay.json', text: null }, {}).history
  const largest = Math.max(...whole.map(({ bytes }) => bytes))
  expect(whole.map(segment => shelf.minutes(segment).length)).toEqual([minutesPerSegment, minutesPerSegment])
  expect(largest * segmentsPerWeek).toBeLessThan(maxBytes)
})

test('a minute of 50,000 miners costs at most 2.4 bytes a miner, keyframes and all', () => {
  const costs = whole.map(({ bytes }) => bytes / minutesPerSegment / minerCount)
  expect(Math.max(...costs)).toBeLessThanOrEqual(2.4)
})

test('a segment of a full cohort is one message', () => {
  const minutes = shelf.minutes(whole[0]!)
  const relay = relayId.parse('relay_000000000001')
  const messages = historyMessages({ minutes, cohort: 0, afterAt: -1, throughAt: Infinity }, relay)
  expect(messages.map(({ length }) => length <= maxMessageBytes)).toEqual([true])
})

test('what is read of the last minute is what was', () => {
  const last = history.last()!
  const read = tables.map((_, cohort) => [...readHistory(shelf, { cohort, from: last, through: last })])
  expect(read.map(([past], cohort) => past && sameTable(past.table, tables[cohort]!))).toEqual(tables.map(() => true))
})
