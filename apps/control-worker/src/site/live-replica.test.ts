import { columns, createLeader, createTable, decodeFrame, newId, writeCell } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { random } from '../random.ts'
import { createLiveReplica } from './live-replica.ts'

const relay = newId('relay', random)

/** A keyframe of a few bytes for a full cohort, all of it unknown. */
function keyframe(cohort: number) {
  const decoded = decodeFrame(createLeader({ relay, epoch: 1, cohort }).beat(createTable(4096), 1_790_000_000_000)!)
  if (!decoded.ok) throw new Error(decoded.error.text)
  return decoded.frame
}

test('small frames cannot ask for more rows than there is room for, and those that fit go on', () => {
  const replica = createLiveReplica()
  const cohorts = Array.from({ length: 1024 }, (_, cohort) => cohort)
  const { durable, lost } = replica.apply('beat', cohorts.map(keyframe))
  expect([durable.length, lost]).toEqual([64, []])
  const leader = createLeader({ relay, epoch: 2, cohort: 5 })
  const table = createTable(4096)
  writeCell(table, { column: columns.powerW, slot: 0, value: 3000 })
  const again = decodeFrame(leader.beat(table, 1_790_000_060_000)!)
  expect(again.ok && replica.apply('beat', [again.frame]).durable).toEqual([{ cohort: 5, epoch: 2, seq: 1 }])
})
