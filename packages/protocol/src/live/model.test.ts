import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Cursor } from '../event.ts'
import { relayId } from '../ids.ts'
import { columns, columnList, nullCode } from './columns.ts'
import { decodeFrame } from './decode.ts'
import { createFollower, type CohortFollower, type Followed } from './follow.ts'
import type { Frame } from './frame.ts'
import { createLeader } from './lead.ts'
import { copyTable, createTable, resizeTable, sameTable, type LiveTable } from './table.ts'

const relay = relayId.parse('relay_12345678')

type Step =
  | { readonly type: 'change'; readonly slot: number; readonly column: number; readonly code: number }
  | { readonly type: 'polled'; readonly seconds: number }
  | { readonly type: 'resize'; readonly slots: number }
  /** Frames are made, and travel or are lost with the connection or the lane. */
  | { readonly type: 'beat' | 'live'; readonly lost: boolean }
  | { readonly type: 'ack'; readonly lost: boolean }
  /** An old frame comes again. */
  | { readonly type: 'repeat'; readonly which: number }
  | { readonly type: 'reconnect' | 'relayRestarts' | 'controlRestarts' | 'controlIsWiped' }

const step = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      type: fc.constant('change' as const),
      slot: fc.nat({ max: 20 }),
      column: fc.nat({ max: columnList.length - 1 }),
      code: fc.oneof(fc.constant(nullCode), fc.integer({ min: -5, max: 200 }), fc.integer({ min: nullCode })),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant('polled' as const), seconds: fc.integer({ min: 0, max: 90 }) }),
  },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('resize' as const), slots: fc.nat({ max: 20 }) }) },
  { weight: 4, arbitrary: fc.record({ type: fc.constantFrom('beat' as const, 'live'), lost: fc.boolean() }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('ack' as const), lost: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant('repeat' as const), which: fc.nat() }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constantFrom('reconnect' as const, 'relayRestarts', 'controlRestarts', 'controlIsWiped'),
    }),
  },
)

test('[S5] [S2] whatever is lost, repeated or restarted, both tables are equal after the next beats', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 80 }), steps => {
      const link = createLink()
      for (const each of steps) link.perform(each)
      link.settle()
      expect(link.isEqual()).toBe(true)
    }),
    { numRuns: 1000 },
  )
})

test('[S2] an old frame that comes again changes nothing', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.nat(), (steps, which) => {
      const link = createLink()
      for (const each of steps) link.perform(each)
      link.settle()
      link.perform({ type: 'repeat', which })
      expect(link.isEqual()).toBe(true)
    }),
  )
})

test('a follower that starts from a snapshot is where the other one is', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const link = createLink()
      for (const each of steps) link.perform(each)
      link.perform({ type: 'live', lost: false })
      expect(sameFollower(copyFollower(link.follower()), link.follower())).toBe(true)
    }),
  )
})

test('a live frame arrives as it was made, one after another', () => {
  fc.assert(
    fc.property(fc.array(fc.array(step, { maxLength: 5 }), { maxLength: 8 }), rounds => {
      const link = createLink()
      link.settle()
      const equal = rounds.map(steps => {
        for (const each of steps.filter(({ type }) => type === 'change' || type === 'resize')) link.perform(each)
        link.perform({ type: 'live', lost: false })
        return link.isEqual()
      })
      expect(equal).toEqual(rounds.map(() => true))
    }),
  )
})

/** A relay's leader and control's follower, the table that they share, and what is on control's disk. */
function createLink() {
  let epoch = 1
  let leader = createLeader({ relay, epoch, cohort: 0 })
  let follower = createFollower()
  let table = createTable(6)
  /** The beat that control answers to, on its way back. */
  let answer: Cursor | null = null
  let disk: ReturnType<CohortFollower['snapshot']> = null
  const sent: { readonly type: 'beat' | 'live'; readonly frame: Frame }[] = []

  function receive(type: 'beat' | 'live', frame: Frame): void {
    const followed: Followed = follower[type](frame)
    if (followed === 'need-keyframe') leader.restart()
    if (type === 'live') return
    if (followed === 'applied') disk = follower.snapshot()
    answer = follower.cursor
  }

  function reconnect(): void {
    answer = null
    leader.resume(follower.cursor ?? { epoch: 0, seq: 0 })
  }

  function send(type: 'beat' | 'live', lost: boolean): void {
    const bytes = leader[type](table, 1_792_000_000_000)
    const frame = bytes && frameOf(bytes)
    if (!frame) return
    sent.push({ type, frame })
    if (!lost) receive(type, frame)
    // A beat is lost only with its connection; a live frame may be dropped on the way.
    else if (type === 'beat') reconnect()
  }

  function perform(each: Step): void {
    switch (each.type) {
      case 'change':
        return setCode(table, each)
      case 'polled':
        return advance(table, each.seconds)
      case 'resize':
        table = resizeTable(table, each.slots)
        return
      case 'beat':
      case 'live':
        return send(each.type, each.lost)
      case 'ack':
        if (answer && !each.lost) leader.acked(answer)
        answer = each.lost ? answer : null
        return
      case 'repeat': {
        const old = sent[each.which % Math.max(1, sent.length)]
        if (old) follower[old.type](old.frame)
        return
      }
      case 'reconnect':
        return reconnect()
      case 'relayRestarts':
        leader = createLeader({ relay, epoch: ++epoch, cohort: 0 })
        return reconnect()
      case 'controlRestarts':
        follower = createFollower()
        if (disk) follower.beat(frameOf(disk.beat))
        return reconnect()
      case 'controlIsWiped':
        follower = createFollower()
        disk = null
        return reconnect()
    }
  }

  return {
    perform,
    follower: () => follower,
    isEqual: () => follower.table !== null && sameTable(follower.table, table),
    /** The link holds for three beats: one that is out, one that may need a keyframe, and the keyframe. */
    settle() {
      for (let beat = 0; beat < 3; beat++) {
        perform({ type: 'ack', lost: false })
        perform({ type: 'beat', lost: false })
      }
      perform({ type: 'ack', lost: false })
    },
  }
}

function setCode(table: LiveTable, { slot, column, code }: { slot: number; column: number; code: number }): void {
  if (slot < table.slots) table.columns.get(columnList[column]!.id)![slot] = code
}

function advance(table: LiveTable, seconds: number): void {
  const codes = table.columns.get(columns.observedAt.id)!
  codes.forEach((code, slot) => (codes[slot] = code === nullCode ? 1000 : code + seconds))
}

function frameOf(bytes: Uint8Array): Frame {
  const result = decodeFrame(bytes)
  if (!result.ok) throw new Error(result.error.text)
  return result.frame
}

function copyFollower(follower: CohortFollower): CohortFollower {
  const copy = createFollower()
  const snapshot = follower.snapshot()
  if (snapshot) copy.beat(frameOf(snapshot.beat))
  if (snapshot?.live) copy.live(frameOf(snapshot.live))
  return copy
}

function sameFollower(a: CohortFollower, b: CohortFollower): boolean {
  const same = JSON.stringify([a.cursor, a.at]) === JSON.stringify([b.cursor, b.at])
  return same && (a.table && b.table ? sameTable(a.table, copyTable(b.table)) : a.table === b.table)
}
