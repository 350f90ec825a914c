import type { Moment } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { keeping, tenAt } from '../history/builders.ts'
import { HistoryError, type HistoryFiles } from '../history/files.ts'
import { minuteMs } from '../history/history.ts'
import { createMemoryFiles } from '../history/memory-files.ts'
import { encodeHeader, headerBytes, readHeader, segmentName } from '../history/segment.ts'
import { connect, farEnd, type FarEnd } from './far-end.ts'

const minutes = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index)
const at = (epoch: number, minute: number): Moment => ({ epoch, at: tenAt + minute * minuteMs })
const cameOf = ({ rows }: FarEnd) =>
  [...rows.keys()].flatMap(key => {
    const [, minute, cohort] = key.split(' ').map(Number)
    return cohort === 0 ? minute : []
  })

test.each(['headers', 'minutes'])('[S5] %s that cannot be read for a while come later, and are no gap', part => {
  const disk = createMemoryFiles()
  let fails = false
  const read: HistoryFiles['read'] = (name, from, bytes) => {
    if (fails && (part === 'minutes') === bytes > headerBytes) throw new HistoryError('unwritable', `${name}: EMFILE`)
    return disk.read(name, from, bytes)
  }
  const kept = keeping({}, { ...disk, read })
  kept.pass(45)
  const far = farEnd(at(1, -5))
  const { catchUp } = connect(kept, far)
  fails = true
  catchUp(10)
  expect(cameOf(far)).toEqual([])
  kept.pass(1)
  fails = false
  catchUp()
  expect([far.gaps.map(gap => gap.reason), cameOf(far)]).toEqual([['stopped'], minutes(0, 45)])
  expect(kept.history().last()).toEqual(at(1, 45))
})

test('[S5] one file that stays unreadable on a disk that works is given up after a while, as a gap of its own', () => {
  const disk = createMemoryFiles()
  let lost = ''
  const read: HistoryFiles['read'] = (name, from, bytes) => {
    if (name === lost) throw new HistoryError('unwritable', `${name}: EIO`)
    return disk.read(name, from, bytes)
  }
  const kept = keeping({}, { ...disk, read })
  kept.pass(50)
  lost = kept.history().shelf()!.held()[1]!.name
  const far = farEnd(at(1, 9))
  const { catchUp } = connect(kept, far)
  catchUp(30)
  expect(far.history).toEqual(at(1, 19))
  kept.pass(10)
  catchUp()
  expect(far.gaps).toEqual([{ from: at(1, 19), through: at(1, 39), reason: 'disk' }])
})

test('[S5] no file is given up while the disk takes nothing either', () => {
  const disk = createMemoryFiles()
  let fails = false
  const orFail = (name: string) => {
    if (fails) throw new HistoryError('unwritable', `${name}: EIO`)
  }
  const kept = keeping(
    {},
    {
      ...disk,
      read: (name, from, bytes) => (orFail(name), disk.read(name, from, bytes)),
      write: (name, from, bytes) => (orFail(name), disk.write(name, from, bytes)),
    },
  )
  kept.pass(50)
  const far = farEnd(at(1, 9))
  const { catchUp } = connect(kept, far)
  fails = true
  catchUp(10)
  kept.pass(60)
  catchUp(10)
  fails = false
  catchUp()
  expect(cameOf(far)).toEqual(minutes(10, 40))
})

test('a thousand damaged segments are found out some at a time, and are one gap', () => {
  const kept = keeping({}, createMemoryFiles(new Map(Array.from({ length: 1000 }, (_, n) => damagedSegment(n - 1000)))))
  kept.pass(5)
  const far = farEnd(at(1, -20_001))
  const { catchUp } = connect(kept, far)
  catchUp(1)
  const found = kept
    .history()
    .shelf()!
    .held()
    .filter(({ readable }) => readable === null)
  expect([found.length, far.gaps]).toEqual([16, []])
  catchUp(70)
  expect([far.gaps.map(gap => gap.reason), cameOf(far)]).toEqual([['disk'], minutes(0, 5)])
})

test('of segments that are damaged behind their headers one is read in a tick', () => {
  const disk = createMemoryFiles()
  const whole: string[] = []
  const read: HistoryFiles['read'] = (name, from, bytes) => {
    if (bytes > headerBytes) whole.push(name)
    return disk.read(name, from, bytes)
  }
  const kept = keeping({}, { ...disk, read })
  kept.pass(90)
  for (const { name } of kept.history().shelf()!.held().slice(0, 4)) {
    const file = disk.files.get(name)!
    file.fill(0, encodeHeader(readHeader(file)!).length)
  }
  const far = farEnd(at(1, -1))
  const { catchUp } = connect(kept, far)
  catchUp(1)
  expect(whole).toHaveLength(1)
  catchUp()
  expect([far.gaps.map(gap => gap.reason), cameOf(far)]).toEqual([Array<string>(4).fill('disk'), minutes(80, 10)])
})

function damagedSegment(n: number): [name: string, bytes: Uint8Array] {
  const first = at(1, n * 20)
  return [segmentName({ first, last: { ...first, at: first.at + 19 * minuteMs } }), new Uint8Array(2000)]
}
