import { expect, test } from 'vitest'
import { relayId } from '../ids.ts'
import { columns } from './columns.ts'
import { decodeFrame } from './decode.ts'
import { createFollower } from './follow.ts'
import type { Frame } from './frame.ts'
import { createLeader } from './lead.ts'
import { createTable, readCell, writeCell, type LiveTable } from './table.ts'

const name = { relay: relayId.parse('relay_12345678'), epoch: 4, cohort: 0 }

test('knows nothing before the first keyframe', () => {
  const follower = createFollower()
  expect([follower.table, follower.cursor, follower.at, follower.snapshot()]).toEqual([null, null, null, null])
})

test('a beat on a base that it does not have asks for a keyframe', () => {
  const leader = createLeader(name)
  leader.beat(createTable(3), 1)
  leader.acked({ epoch: 4, seq: 1 })
  expect(createFollower().beat(frameOf(leader.beat(createTable(3), 2)))).toBe('need-keyframe')
})

test('[S2] a beat that comes again changes nothing, live rows since then included', () => {
  const { follower, leader, first } = started()
  follower.live(frameOf(leader.live(withAccepted(5), 2)))
  expect([follower.beat(first), accepted(follower.table!)]).toEqual(['stale', 5])
})

test('[S2] an older live frame that comes again changes nothing', () => {
  const { follower, leader } = started()
  const older = frameOf(leader.live(withAccepted(5), 2))
  follower.live(older)
  follower.live(frameOf(leader.live(withAccepted(6), 3)))
  expect([follower.live(older), accepted(follower.table!)]).toEqual(['stale', 6])
})

test('a live frame of an earlier base is left out', () => {
  const { follower, leader } = started()
  const late = frameOf(leader.live(withAccepted(5), 2))
  leader.acked({ epoch: 4, seq: 1 })
  follower.beat(frameOf(leader.beat(withAccepted(9), 3)))
  expect([follower.live(late), accepted(follower.table!)]).toEqual(['stale', 9])
})

test('a live frame on a beat that never came is left out', () => {
  const { follower, leader } = started()
  leader.acked({ epoch: 4, seq: 1 })
  leader.beat(withAccepted(9), 2)
  expect([follower.live(frameOf(leader.live(withAccepted(5), 3))), accepted(follower.table!)]).toEqual(['stale', 1])
})

test('a live row that went back to what the beat said is shown so', () => {
  const { follower, leader } = started()
  follower.live(frameOf(leader.live(withAccepted(5), 2)))
  follower.live(frameOf(leader.live(withAccepted(1), 3)))
  expect(accepted(follower.table!)).toBe(1)
})

test('a dropped live frame costs only its own rows, until the next beat', () => {
  const { follower, leader } = started()
  leader.live(withAccepted(5), 2)
  leader.acked({ epoch: 4, seq: 1 })
  const before = accepted(follower.table!)
  follower.beat(frameOf(leader.beat(withAccepted(5), 3)))
  expect([before, accepted(follower.table!)]).toEqual([1, 5])
})

test('its cursor is that of the last beat, its time that of the last frame', () => {
  const { follower, leader } = started()
  follower.live(frameOf(leader.live(withAccepted(5), 77)))
  expect([follower.cursor, follower.at]).toEqual([{ epoch: 4, seq: 1 }, 77])
})

/** A follower that has the first beat of a leader, which waits for its acknowledgement. */
function started() {
  const leader = createLeader(name)
  const follower = createFollower()
  const first = frameOf(leader.beat(withAccepted(1), 1))
  follower.beat(first)
  return { leader, follower, first }
}

function withAccepted(value: number): LiveTable {
  const table = createTable(3)
  writeCell(table, { column: columns.accepted, slot: 1, value })
  return table
}

const accepted = (table: LiveTable) => readCell(table, columns.accepted, 1)

function frameOf(bytes: Uint8Array | null): Frame {
  const result = decodeFrame(bytes ?? new Uint8Array())
  if (!result.ok) throw new Error(result.error.text)
  return result.frame
}
