import { expect, test } from 'vitest'
import type { Draft } from '../driver.ts'
import { blankBoard, finishReading } from './finish.ts'

const given = { driver: 'test', at: 0, notes: [] }
const finish = (draft: Partial<Draft>) => finishReading({ make: 'M', firmware: 'F', ...draft }, given)
const board = (slot: number, chips: number | null = null) => ({ ...blankBoard, slot, chips })
const expected = { boards: 4, chips: 100, fans: null }

test('keeps a lost board in the list, under the number that is free', () => {
  const reading = finish({ hashboards: [board(0), board(1), board(3)], expected })
  expect(reading.hashboards.map(one => [one.slot, one.present])).toEqual([
    [0, true],
    [1, true],
    [2, false],
    [3, true],
  ])
  expect(reading.problems.map(problem => [problem.code, problem.component])).toEqual([
    ['hashboard-missing', 'hashboard 2'],
  ])
})

test('numbers the lost board of an S9 as the S9 does', () => {
  const reading = finish({ hashboards: [board(5), board(7)], expected: { boards: 3, chips: 63, fans: null } })
  expect(reading.hashboards.map(one => one.slot)).toEqual([5, 6, 7])
})

test.each([
  [[0, 1, 3], [2]],
  [[1, 2], []],
  [[0, 4000], []],
])('takes a gap in the numbers of an unknown model for a lost board: %j lacks %j', (found, lost) => {
  const hashboards = found.map(slot => board(slot))
  const reading = finish({ hashboards, expected: { boards: null, chips: null, fans: null } })
  expect(reading.hashboards.filter(one => !one.present).map(one => one.slot)).toEqual(lost)
})

test('misses no boards in a reply that was cut off', () => {
  const draft = { make: 'M', firmware: 'F', hashboards: [board(0)], expected }
  const reading = finishReading(draft, { ...given, notes: ['the reply was cut off'] })
  expect([reading.hashboards.length, reading.problems.map(problem => problem.text)]).toEqual([
    1,
    ['the reply was cut off'],
  ])
})

test('names a lost board once, by the code of the machine where it has one', () => {
  const told = { vendorCode: '531', code: 'hashboard-missing' as const, component: 'hashboard 1', text: 'gone' }
  const reading = finish({ hashboards: [board(0)], expected: { ...expected, boards: 2 }, problems: [told] })
  expect(reading.problems).toEqual([told])
})

test('does not invent boards for a machine that lists none', () => {
  expect(finish({ expected }).hashboards).toEqual([])
})

test('names the one board that lacks chips, and none where all agree against the table', () => {
  const one = finish({ hashboards: [board(0, 100), board(1, 99)], expected: { ...expected, boards: 2 } })
  const all = finish({ hashboards: [board(0, 90), board(1, 90)], expected: { ...expected, boards: 2 } })
  expect(one.problems.map(problem => problem.text)).toEqual(['99 of 100 chips are found.'])
  expect(all.problems).toEqual([])
})

test('keeps a value that cannot be, and names it', () => {
  const reading = finish({ hashrateHs: 1e18, nameplateHashrateHs: 1e14, powerW: 90_000 })
  expect([reading.hashrateHs, reading.powerW]).toEqual([1e18, 90_000])
  expect(reading.problems.map(problem => [problem.code, problem.component])).toEqual([
    ['reading-out-of-bounds', 'hashrate'],
    ['reading-out-of-bounds', 'power'],
  ])
})

test('names a fan that stands while the machine works, and not while it is paused', () => {
  const fans = [{ slot: 0, rpm: 0, percent: null }]
  expect(finish({ fans, mining: 'running' }).problems.map(problem => problem.component)).toEqual(['fan 0'])
  expect(finish({ fans, mining: 'paused' }).problems).toEqual([])
})

test('[X5] cleans every text that comes from the machine', () => {
  const dirty = '\u001b[2Jx'
  const problem = { vendorCode: dirty, code: 'other' as const, component: dirty, text: dirty }
  const psu = { model: dirty, serial: dirty, inputV: null, outputV: null, tempC: null, fanRpm: null }
  const pool = {
    slot: 0,
    url: dirty,
    user: dirty,
    active: null,
    alive: null,
    accepted: null,
    rejected: null,
    stale: null,
    difficulty: null,
  }
  const reading = finish({
    model: dirty,
    hostname: dirty,
    hashboards: [{ ...board(0), serial: dirty }],
    psu,
    pools: [pool],
    problems: [problem],
  })
  expect(JSON.stringify(reading)).not.toContain('u001b')
})

test('bounds the lists of a machine that talks too much', () => {
  const fans = Array.from({ length: 100 }, (_, slot) => ({ slot, rpm: 1, percent: null }))
  const hashboards = Array.from({ length: 100 }, (_, slot) => board(slot))
  const reading = finish({ fans, hashboards })
  expect([reading.fans.length, reading.hashboards.length]).toEqual([32, 64])
})

test('a number that no reading can hold is a bad reply, and says which it was', () => {
  expect(() => finish({ hashrateHs: Infinity })).toThrow(
    expect.objectContaining({ code: 'bad-reply', message: expect.stringContaining('hashrateHs') }),
  )
})
