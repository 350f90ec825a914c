import { expect, test } from 'vitest'
import { relayId } from '../ids.ts'
import { columns } from './columns.ts'
import { decodeFrame } from './decode.ts'
import type { Frame } from './frame.ts'
import { createLeader } from './lead.ts'
import { createTable, writeCell } from './table.ts'

const name = { relay: relayId.parse('relay_12345678'), epoch: 4, cohort: 0 }

test('[S3] makes no second beat before the first is acknowledged; the next carries all changes', () => {
  const leader = createLeader(name)
  leader.beat(changed([]), 1)
  const refused = leader.beat(changed([1]), 2)
  leader.acked({ epoch: 4, seq: 1 })
  expect([refused, slotsOf(leader.beat(changed([1, 2]), 3))]).toEqual([null, [1, 2]])
})

test('[S1] only the beat that is out can be acknowledged', () => {
  const leader = createLeader(name)
  leader.beat(changed([]), 1)
  leader.acked({ epoch: 4, seq: 9 })
  leader.acked({ epoch: 3, seq: 1 })
  expect(leader.waiting).toBe(true)
})

test('goes on from the beat that was out when control has it after all', () => {
  const leader = leaderWithTwoBeats()
  leader.resume({ epoch: 4, seq: 2 })
  expect(baseOf(leader.beat(changed([1, 2]), 3))).toEqual([4, 2, [2]])
})

test('goes on from the beat before when the one that was out is lost', () => {
  const leader = leaderWithTwoBeats()
  leader.resume({ epoch: 4, seq: 1 })
  expect(baseOf(leader.beat(changed([1, 2]), 3))).toEqual([4, 1, [1, 2]])
})

test('starts over with a keyframe when control has neither', () => {
  const leader = leaderWithTwoBeats()
  leader.resume({ epoch: 3, seq: 2 })
  expect(baseOf(leader.beat(changed([1]), 3))).toEqual([0, 0, [1]])
})

test('starts over with a keyframe when control cannot follow', () => {
  const leader = leaderWithTwoBeats()
  leader.restart()
  expect(baseOf(leader.beat(changed([1]), 3))).toEqual([0, 0, [1]])
})

test('[S2] a leader made anew in the same epoch numbers on from what control has', () => {
  const leader = createLeader(name)
  leader.resume({ epoch: 4, seq: 70 })
  expect(frameOf(leader.beat(changed([]), 1)).header.seq).toBe(71)
})

test('a live frame builds on the beat that is out, since it arrives after it', () => {
  expect(baseOf(leaderWithTwoBeats().live(changed([1, 2]), 3))).toEqual([4, 2, [2]])
})

test('a live frame holds the rows that changed since the last one', () => {
  const leader = leaderWithTwoBeats()
  leader.live(changed([1, 2]), 3)
  expect(baseOf(leader.live(changed([1, 2, 0]), 4))).toEqual([4, 2, [0]])
})

test('makes no live frame when nothing changed, nor before a beat, nor after a reconnect until the next beat', () => {
  const leader = leaderWithTwoBeats()
  const unchanged = leader.live(changed([1]), 3)
  leader.resume({ epoch: 4, seq: 2 })
  expect([unchanged, leader.live(changed([2]), 4), createLeader(name).live(changed([1]), 5)]).toEqual([
    null,
    null,
    null,
  ])
})

test('advances the time of a cohort that was polled in step, and names the rows that were not', () => {
  const leader = createLeader(name)
  const table = createTable(100)
  table.columns.get(columns.observedAt.id)!.fill(1000)
  leader.beat(table, 1)
  leader.acked({ epoch: 4, seq: 1 })
  table.columns.get(columns.observedAt.id)!.fill(1060, 1)
  const frame = frameOf(leader.beat(table, 2))
  expect([frame.header.advanceS, [...frame.presence.slots]]).toEqual([60, [0]])
})

/** One beat acknowledged, and one out that says that slot 1 changed. */
function leaderWithTwoBeats() {
  const leader = createLeader(name)
  leader.beat(changed([]), 1)
  leader.acked({ epoch: 4, seq: 1 })
  leader.beat(changed([1]), 2)
  return leader
}

/** A table where these slots have something. */
function changed(slots: readonly number[]) {
  const table = createTable(3)
  for (const slot of slots) writeCell(table, { column: columns.accepted, slot, value: 5 })
  return table
}

function frameOf(bytes: Uint8Array | null): Frame {
  const result = decodeFrame(bytes ?? new Uint8Array())
  if (!result.ok) throw new Error(result.error.text)
  return result.frame
}

const slotsOf = (bytes: Uint8Array | null) => [...frameOf(bytes).presence.slots]

function baseOf(bytes: Uint8Array | null) {
  const { header } = frameOf(bytes)
  return [header.baseEpoch, header.baseSeq, slotsOf(bytes)]
}
