import { columns, decodeUp, isJson, readCell, relayId, type GapReason, type Moment } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { keeping, tenAt, type Keeping } from '../history/builders.ts'
import { minuteMs } from '../history/history.ts'
import { createBackfill } from './backfill.ts'
import { connect, farEnd, keyOf, type FarEnd } from './far-end.ts'

const minutes = (from: number, count: number) => Array.from({ length: count }, (_, index) => from + index)
const at = (epoch: number, minute: number): Moment => ({ epoch, at: tenAt + minute * minuteMs })
const cameOf = ({ rows }: FarEnd, cohort = 0) =>
  [...rows.keys()].flatMap(key => {
    const [, minute, of] = key.split(' ').map(Number)
    return of === cohort ? minute : []
  })

test('[S5] what a control missed comes in order, all cohorts of a time together, each time with its end', () => {
  const kept = keeping()
  kept.pass(50)
  const far = farEnd(at(1, 14))
  connect(kept, far).catchUp()
  expect([cameOf(far, 0), cameOf(far, 1)]).toEqual([minutes(15, 35), minutes(15, 35)])
  const segment = ['cohort 0', 'cohort 1', 'through']
  expect(far.came).toEqual([...segment, ...segment, ...segment, 'through'])
  expect(far.history).toEqual({ epoch: 1, at: tenAt + 49.5 * minuteMs })
})

test('[S5] the tables that come are those that were, minute by minute', () => {
  const kept = keeping()
  kept.pass(30)
  const far = farEnd(at(1, 9))
  connect(kept, far).catchUp()
  const heat = minutes(10, 20).map(minute =>
    readCell(far.rows.get(keyOf(at(1, minute), 0))!.table, columns.chipTempC, 0),
  )
  expect(heat).toEqual(minutes(61, 20))
})

test('a control that has nothing gets all that is held', () => {
  const kept = keeping()
  kept.pass(25)
  const far = farEnd(null)
  connect(kept, far).catchUp()
  expect([cameOf(far), far.gaps]).toEqual([minutes(0, 25), []])
})

test('[S2] a control that beats kept up to date is sent nothing', () => {
  const kept = keeping()
  kept.pass(30)
  const far = farEnd({ epoch: 1, at: kept.clock.now - 60_000 })
  const { backfill, catchUp } = connect(kept, far)
  catchUp()
  catchUp()
  expect([far.came, backfill.reached()]).toEqual([[], { epoch: 1, at: kept.clock.now - 60_000 }])
})

test('beats that stopped for a while leave a hole, and it is filled', () => {
  const kept = keeping()
  kept.pass(5)
  const far = farEnd({ epoch: 1, at: kept.clock.now })
  const { catchUp } = connect(kept, far)
  catchUp(1)
  kept.pass(10)
  catchUp()
  expect(cameOf(far)).toEqual(minutes(5, 10))
})

test('[S5] cut off in the middle it goes on from what control has for good', () => {
  const kept = keeping()
  kept.pass(100)
  const far = farEnd(at(1, 0))
  connect(kept, far, { messages: 5 }).catchUp()
  expect(far.history).toEqual(at(1, 19))
  connect(kept, far, { messages: 2 }).catchUp()
  connect(kept, far).catchUp()
  expect(cameOf(far)).toEqual(minutes(1, 99))
  const again = [...far.rows].filter(([, { times }]) => times > 1).map(([key]) => key.split(' ')[1])
  expect([...new Set(again)].map(Number)).toEqual(minutes(20, 20))
})

test.each<{ reason: GapReason; from: Moment; through: Moment; breaks: (kept: Keeping) => void }>([
  {
    reason: 'stopped',
    from: at(1, 4),
    through: { epoch: 2, at: tenAt + 15 * minuteMs - 1 },
    breaks: kept => kept.restart(10 * minuteMs),
  },
  {
    reason: 'disk',
    from: at(1, 4),
    through: { epoch: 1, at: tenAt + 15 * minuteMs - 1 },
    breaks: kept => {
      kept.disk.capacityBytes = 0
      kept.pass(10)
      kept.disk.capacityBytes = Infinity
    },
  },
  {
    reason: 'clock',
    from: at(1, 4),
    through: { epoch: 1, at: tenAt + 65 * minuteMs - 1 },
    breaks: kept => void (kept.clock.now += 60 * minuteMs),
  },
])('[S5] a hole is marked: $reason', ({ reason, from, through, breaks }) => {
  const kept = keeping()
  kept.pass(5)
  breaks(kept)
  kept.pass(5)
  const far = farEnd(at(1, 0))
  connect(kept, far).catchUp()
  expect(far.gaps).toEqual([{ from, through, reason }])
})

test('[S5] what was deleted to make room is one gap that is marked, up to the oldest that is held', () => {
  const kept = keeping({ maxBytes: 8000 })
  kept.pass(300)
  const [oldest] = kept.history().shelf()!.held()
  const far = farEnd(at(1, 7))
  connect(kept, far).catchUp()
  const through = { epoch: 1, at: oldest!.first.at - minuteMs }
  expect(far.gaps).toEqual([{ from: at(1, 7), through, reason: 'budget' }])
})

test('[S5] what was damaged is a gap of its own', () => {
  const kept = keeping()
  kept.pass(50)
  const second = kept.history().shelf()!.held()[1]!
  kept.disk.files.get(second.name)![20]! ^= 1
  const far = farEnd(at(1, 9))
  connect(kept, far).catchUp()
  expect(far.gaps).toEqual([{ from: at(1, 19), through: at(1, 39), reason: 'disk' }])
  expect(cameOf(far)).toEqual([...minutes(10, 10), ...minutes(40, 10)])
})

test('a relay that was away for an hour and has written nothing yet says so', () => {
  const kept = keeping()
  kept.pass(5)
  const far = farEnd(at(1, 4))
  kept.restart(60 * minuteMs)
  connect(kept, far).catchUp(5)
  expect(far.gaps.map(gap => gap.reason)).toEqual(['stopped'])
  expect(far.history?.epoch).toBe(2)
})

test('[T3] a clock that was set back by an hour has every minute of both hours sent', () => {
  const kept = keeping()
  kept.pass(60)
  kept.clock.now -= 60 * minuteMs
  kept.pass(30)
  const far = farEnd(at(1, 0))
  connect(kept, far).catchUp()
  const moments = [...far.rows.keys()].filter(key => key.endsWith(' 0'))
  expect(moments).toEqual([
    ...minutes(1, 59).map(minute => `1 ${minute} 0`),
    ...minutes(0, 30).map(minute => `2 ${minute} 0`),
  ])
  expect(far.gaps).toEqual([])
})

test('[S7] it sends no faster than it may', () => {
  const kept = keeping()
  kept.pass(600)
  const far = farEnd(null)
  const { catchUp } = connect(kept, far, { rate: 300 })
  catchUp(20)
  const sent = far.sizes.reduce((sum, size) => sum + size, 0)
  expect(sent).toBeLessThanOrEqual(20 * 300 + Math.max(...far.sizes))
  expect(sent).toBeGreaterThanOrEqual(20 * 300 - 300)
})

test('a beat that overtakes what is on its way does not end the sending', () => {
  const kept = keeping()
  kept.pass(50)
  const sent: Uint8Array[] = []
  let most = 3
  const backfill = createBackfill({
    history: kept.history(),
    relay: relayId.parse('relay_000000000001'),
    epoch: 1,
    from: at(1, 44),
    bytesPerSecond: 2 ** 20,
    monotonic: () => kept.clock.monotonic,
    isIdle: () => sent.length < most,
    send: payload => sent.push(payload) > 0,
  })
  const tick = () => {
    kept.clock.monotonic += 1000
    backfill.tick()
  }
  const firstAt = kept.clock.now
  backfill.beatStored(firstAt)
  tick()
  backfill.beatStored(firstAt + minuteMs)
  most = 9
  tick()
  const markers = sent.filter(isJson).map(payload => decodeUp(payload))
  expect(markers.map(decoded => decoded.ok && decoded.message)).toMatchObject([
    { through: at(1, 49) },
    { from: at(1, 49), through: { epoch: 1, at: firstAt } },
  ])
})

test('[S7] it waits while anything more urgent waits', () => {
  const kept = keeping()
  kept.pass(60)
  const far = farEnd(at(1, 0))
  let isIdle = false
  const { catchUp } = connect(kept, far, { isIdle: () => isIdle })
  catchUp()
  expect(far.came).toEqual([])
  isIdle = true
  catchUp(1)
  expect(far.came.length).toBeGreaterThan(0)
})

test.each([
  ['what was sent last is lost', { messages: 5 }, 19],
  ['all that was sent is on its way', { arriving: 0 }, 0],
] as const)('[T1] says how far control is: what it has for good, when %s', (_what, line, minute) => {
  const kept = keeping()
  kept.pass(60)
  const far = farEnd(at(1, 0))
  const { backfill, catchUp } = connect(kept, far, line)
  catchUp()
  expect([backfill.reached(), far.history]).toEqual([at(1, minute), at(1, minute)])
})
