import { columns, copyTable, readCell, sameTable } from '@headframe/protocol'
import { assert, nat, property, record as recordOf } from 'fast-check'
import { expect, test } from 'vitest'
import { keeping, tenAt, type Keeping } from './builders.ts'
import { HistoryError } from './files.ts'
import { gapsIn } from './gaps.ts'
import { minuteMs } from './history.ts'
import { createMemoryFiles } from './memory-files.ts'
import { readHistory } from './read-history.ts'
import { readHeader, readSegmentName } from './segment.ts'

const hourMs = 3_600_000

const everything = ({ history }: Keeping, cohort = 0) => [
  ...readHistory(history().shelf()!, {
    cohort,
    from: { epoch: 0, at: 0 },
    through: { epoch: 99, at: Number.MAX_SAFE_INTEGER },
  }),
]
const minutesOf = (kept: Keeping) => everything(kept).map(({ epoch, at }) => [epoch, (at - tenAt) / minuteMs])
const headers = ({ disk }: Keeping) =>
  disk
    .list()
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, bytes }) => readHeader(disk.read(name, 0, bytes))!)

test('every minute of every cohort is kept as it was', () => {
  const kept = keeping()
  const was = Array.from({ length: 45 }, () => {
    kept.pass(1)
    return kept.tables.map(({ table }) => copyTable(table))
  })
  expect(minutesOf(kept)).toEqual(was.map((_, minute) => [1, minute]))
  const same = [0, 1].map(cohort =>
    everything(kept, cohort).map(({ table }, index) => sameTable(table, was[index]![cohort]!)),
  )
  expect(same).toEqual([was.map(() => true), was.map(() => true)])
})

test('a segment begins with each third of an hour, and the ones before are never touched again', () => {
  const kept = keeping()
  kept.pass(41)
  const sealed = new Map([...kept.disk.files].filter(([name]) => name.endsWith('.rows')))
  kept.pass(40)
  expect([...kept.disk.files.keys()].map(name => readSegmentName(name)?.first.at)).toEqual(
    [0, 20, 40, 60, 80].map(minute => tenAt + minute * minuteMs),
  )
  expect([...sealed].map(([name, bytes]) => kept.disk.files.get(name) === bytes)).toEqual([true, true])
})

test('[T3] a segment says in which boot and epoch it was written, by which clocks, and how good they were', () => {
  const kept = keeping()
  kept.pass(1)
  expect(headers(kept)).toEqual([
    {
      format: 1,
      epoch: 1,
      boot: 'boot 1',
      monotonicMs: 30_000,
      wallAt: tenAt,
      clock: 'plausible',
      before: 'stopped',
      previous: null,
    },
  ])
})

test('a relay that starts again goes on in a new segment, and seals the one it was killed in', () => {
  const kept = keeping()
  kept.pass(5)
  kept.restart(10 * minuteMs)
  kept.pass(2)
  expect(minutesOf(kept)).toEqual([...[0, 1, 2, 3, 4].map(minute => [1, minute]), [2, 15], [2, 16]])
  expect(headers(kept)[1]).toMatchObject({
    epoch: 2,
    before: 'stopped',
    previous: { epoch: 1, at: tenAt + 4 * minuteMs },
  })
  expect([...kept.disk.files.keys()].filter(name => name.endsWith('.open'))).toHaveLength(1)
})

test('a relay that starts again every minute keeps every minute, and marks no gap', () => {
  const kept = keeping()
  for (let minute = 0; minute < 30; minute++) {
    kept.pass(1)
    kept.restart(0)
  }
  expect(minutesOf(kept)).toEqual(Array.from({ length: 30 }, (_, minute) => [minute + 1, minute]))
  expect(gapsIn(kept.history().shelf()!)).toEqual([])
})

test('wherever a kill or a loss of power tears the file, what is whole before it is kept', () => {
  const whole = keeping()
  whole.pass(6)
  const [name, bytes] = [...whole.disk.files][0]!
  const shared = recordOf({ length: nat({ max: bytes.length }), zeros: nat({ max: 5000 }) })
  assert(
    property(shared, ({ length, zeros }) => {
      const torn = Buffer.concat([bytes.subarray(0, length), new Uint8Array(zeros)])
      const kept = keeping({}, createMemoryFiles(new Map([[name, torn]])))
      const read = minutesOf(kept)
      expect(read).toEqual(minutesOf(whole).slice(0, read.length))
      kept.restart(7 * minuteMs)
      kept.pass(1)
      expect(minutesOf(kept)).toEqual([...read, [2, 7]])
    }),
    { numRuns: 60 },
  )
})

test('a flipped bit costs the rest of its segment, and nothing else', () => {
  const kept = keeping()
  kept.pass(60)
  const second = [...kept.disk.files].find(([name]) => readSegmentName(name)?.first.at === tenAt + 20 * minuteMs)!
  second[1][Math.floor(second[1].length / 2)]! ^= 1
  const read = minutesOf(kept).map(([, minute]) => minute!)
  const lost = Array.from({ length: 60 }, (_, minute) => minute).filter(minute => !read.includes(minute))
  expect(lost.length).toBeGreaterThan(0)
  expect(lost).toEqual(Array.from({ length: lost.length }, (_, index) => 40 - lost.length + index))
})

test.each([
  { name: 'forward', jumpMs: hourMs, epoch: 1, before: 'clock' },
  { name: 'back', jumpMs: -hourMs, epoch: 2, before: null },
  { name: 'back by less than a minute', jumpMs: -20_000, epoch: 1, before: null },
])('[T3] a clock that is set $name opens a new segment and rewrites nothing', ({ jumpMs, epoch, before }) => {
  const kept = keeping()
  kept.pass(5)
  const sealedAs = [...kept.disk.files.values()][0]
  kept.clock.now += jumpMs
  kept.pass(5)
  const last = headers(kept).find(({ previous }) => previous !== null)
  expect(last).toMatchObject({ epoch, before, previous: { epoch: 1, at: tenAt + 4 * minuteMs } })
  expect([...kept.disk.files.values()]).toContain(sealedAs)
  const all = everything(kept)
  expect(all.map(moment => moment.at)).toEqual(expect.arrayContaining([tenAt, tenAt + 4 * minuteMs]))
  expect(all.map(({ table }) => readCell(table, columns.chipTempC, 0))).toEqual(
    all.map((_, index) => all[0] && readCell(all[0].table, columns.chipTempC, 0)! + index),
  )
})

test('[T3] a relay that boots in 1970 keeps what it sees, and goes on in order when its clock is set right', () => {
  const kept = keeping()
  kept.pass(2)
  kept.restart(-kept.clock.now)
  kept.pass(2)
  kept.clock.now += tenAt + 30 * minuteMs
  kept.pass(3)
  const moments = everything(kept).map(({ epoch, at }) => [epoch, at / minuteMs])
  const ten = tenAt / minuteMs
  expect(moments).toEqual([[1, ten], [1, ten + 1], [2, 1], [2, 2], ...[33, 34, 35].map(minute => [2, ten + minute])])
})

test('a relay that was frozen marks the hole', () => {
  const kept = keeping()
  kept.pass(2)
  kept.clock.now += 10 * minuteMs
  kept.clock.monotonic += 10 * minuteMs
  kept.pass(2)
  expect(headers(kept).map(({ before }) => before)).toEqual(['stopped', 'stopped'])
})

test('the oldest goes when the budget is spent, and no more than that', () => {
  const kept = keeping({ maxBytes: 8000 })
  kept.pass(300)
  const { shelf } = kept.history()
  const [oldest, next] = shelf()!.held()
  expect(shelf()!.bytes()).toBeLessThanOrEqual(8000)
  expect(shelf()!.bytes() + oldest!.bytes + next!.bytes).toBeGreaterThan(8000)
  expect(minutesOf(kept).at(-1)).toEqual([1, 299])
  expect(shelf()!.header(oldest!)?.previous).toEqual({ epoch: 1, at: oldest!.first.at - minuteMs })
})

test('on a full disk history gives way first', () => {
  const kept = keeping({ keepFreeBytes: 1000 })
  kept.pass(100)
  const used = kept.history().shelf()!.bytes()
  kept.disk.capacityBytes = used + 500
  kept.pass(1)
  expect(kept.disk.freeBytes()).toBeGreaterThanOrEqual(1000)
  expect([kept.history().trouble(), minutesOf(kept).at(-1)]).toEqual([null, [1, 100]])
})

test('history gives nothing where all of it would not be enough', () => {
  const kept = keeping({ keepFreeBytes: 2 ** 20 })
  kept.pass(100)
  kept.disk.capacityBytes = kept.history().shelf()!.bytes() + 500
  kept.pass(5)
  expect(kept.history().trouble()).toMatch(/the disk is nearly full/)
  expect(minutesOf(kept)).toEqual(Array.from({ length: 100 }, (_, minute) => [1, minute]))
})

test('when it has nothing left to give it stops, says so once, and begins again by itself', () => {
  const kept = keeping({ keepFreeBytes: 1000 })
  kept.pass(45)
  kept.disk.capacityBytes = 0
  kept.pass(20)
  expect(kept.history().trouble()).toMatch(/the disk is nearly full/)
  kept.disk.capacityBytes = Infinity
  kept.pass(2)
  expect(kept.history().trouble()).toBeNull()
  expect(kept.said).toEqual([expect.stringMatching(/^no history is written: /), 'history is written again'])
  expect(minutesOf(kept)).toEqual([40, 41, 42, 43, 44, 65, 66].map(minute => [1, minute]))
  expect(headers(kept).at(-1)).toMatchObject({ before: 'disk', previous: { at: tenAt + 44 * minuteMs } })
})

test('after a minute that could not be written the rows begin with a keyframe', () => {
  const kept = keeping()
  kept.pass(2)
  kept.disk.capacityBytes = 0
  kept.pass(1)
  kept.disk.capacityBytes = Infinity
  kept.pass(2)
  expect(minutesOf(kept)).toEqual([0, 1, 3, 4].map(minute => [1, minute]))
})

test('a write that the disk took in part is taken back', () => {
  const disk = createMemoryFiles()
  const kept = keeping({}, { ...disk, freeBytes: () => Infinity })
  kept.pass(5)
  disk.capacityBytes = kept.history().shelf()!.bytes() + 20
  kept.pass(1)
  expect(kept.history().trouble()).toMatch(/the disk is full/)
  disk.capacityBytes = Infinity
  kept.restart(minuteMs)
  kept.pass(1)
  expect(minutesOf(kept)).toEqual([...[0, 1, 2, 3, 4].map(minute => [1, minute]), [2, 7]])
})

test('a file that cannot be opened again costs no other', () => {
  const disk = createMemoryFiles()
  const kept = keeping(
    {},
    {
      ...disk,
      cut: name => {
        throw new HistoryError('unwritable', `${name}: EIO`)
      },
    },
  )
  kept.pass(25)
  const [torn] = [...disk.files].filter(([name]) => name.endsWith('.open'))
  disk.files.set(torn![0], torn![1].slice(0, -1))
  kept.restart(0)
  kept.pass(2)
  expect(minutesOf(kept)).toEqual([...Array.from({ length: 20 }, (_, minute) => [1, minute]), [2, 25], [2, 26]])
})

test('a file that is not ours is left alone', () => {
  const kept = keeping({}, createMemoryFiles(new Map([['notes.txt', new Uint8Array(9)]])))
  kept.pass(1)
  expect(kept.disk.files.get('notes.txt')).toHaveLength(9)
})
