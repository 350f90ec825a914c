import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { relayId } from '../ids.ts'
import { columnList, columns, nullCode } from './columns.ts'
import { decodeFrame } from './decode.ts'
import { createFollower } from './follow.ts'
import type { Frame } from './frame.ts'
import { createLeader, type CohortView } from './lead.ts'
import { createTable, resizeTable, sameTable, writeCell, type LiveTable } from './table.ts'

const relay = relayId.parse('relay_12345678')
const ids = columnList.map(column => column.id)

const view = fc.record({
  columns: fc.subarray(ids, { maxLength: 4 }).map(ids => new Set(ids)),
  slots: fc.uniqueArray(fc.nat({ max: 14 }), { maxLength: 4 }),
})
const change = fc.record({
  slot: fc.nat({ max: 11 }),
  id: fc.constantFrom(...ids),
  code: fc.oneof(fc.constant(nullCode), fc.integer({ min: -5, max: 200 })),
})
const round = fc.record({
  changes: fc.array(change, { maxLength: 8 }),
  view: fc.option(view),
  slots: fc.option(fc.integer({ min: 1, max: 12 }), { freq: 8 }),
  kind: fc.constantFrom('beat' as const, 'live', 'live', 'live'),
  acked: fc.boolean(),
})

test('[S5] whatever is viewed, all tables are equal after a beat', () => {
  fc.assert(
    fc.property(fc.array(round, { maxLength: 30 }), rounds => {
      const site = createSite()
      for (const each of rounds) site.perform(each)
      site.join()
      site.beat()
      expect(site.shown().map(table => sameTable(table, site.table()))).toEqual([true, true])
    }),
    { numRuns: 500 },
  )
})

test('[S5] rows and columns that are viewed are as the relay has them after each live frame', () => {
  fc.assert(
    fc.property(fc.array(round, { maxLength: 30 }), view, (rounds, last) => {
      const site = createSite()
      for (const each of rounds) site.perform(each)
      site.join()
      site.live(last)
      const wanted = viewedCells(site.table(), last)
      expect(site.shown().map(table => viewedCells(table, last))).toEqual([wanted, wanted])
    }),
    { numRuns: 500 },
  )
})

test('a row that comes into view gets all that it was not told before', () => {
  const site = createSite()
  const nothing = { columns: new Set<number>(), slots: [] }
  site.perform({ changes: [{ slot: 3, id: columns.fanRpm.id, code: 77 }], view: nothing, kind: 'live', acked: true })
  expect(site.shown()[0]!.columns.get(columns.fanRpm.id)![3]).toBe(nullCode)
  site.live({ ...nothing, slots: [3] })
  expect(site.shown()[0]!.columns.get(columns.fanRpm.id)![3]).toBe(77)
})

test('what nobody looks at makes no frame', () => {
  const leader = createLeader({ relay, epoch: 1, cohort: 0 })
  const table = createTable(8)
  leader.beat(table, 1)
  writeCell(table, { column: columns.accepted, slot: 1, value: 5 })
  const unseen = { columns: new Set([columns.hashrateHs.id]), slots: [2] }
  expect(leader.live(table, 2, unseen)).toBe(null)
  expect(leader.live(table, 2, { ...unseen, slots: [1] })).not.toBe(null)
})

interface Round {
  readonly changes: readonly { readonly slot: number; readonly id: number; readonly code: number }[]
  readonly view: CohortView | null
  readonly slots?: number | null
  readonly kind: 'beat' | 'live'
  readonly acked: boolean
}

/** A relay's leader, control, and a dashboard that joins later. */
function createSite() {
  const leader = createLeader({ relay, epoch: 1, cohort: 0 })
  const control = createFollower()
  const followers = [control]
  let table = createTable(12)
  let seq = 0

  function send(kind: 'beat' | 'live', bytes: Uint8Array | null) {
    if (!bytes) return
    seq++
    const frame = frameOf(bytes)
    for (const follower of followers) expect(follower[kind](frame)).toBe('applied')
  }

  const site = {
    table: () => table,
    shown: () => followers.map(follower => follower.table ?? createTable(0)),
    beat() {
      // One that waits for its acknowledgement leaves no room for another.
      leader.acked({ epoch: 1, seq: beatSeq })
      send('beat', leader.beat(table, 1))
      beatSeq = seq
    },
    join() {
      const { beat, live } = control.snapshot()!
      const dashboard = createFollower()
      dashboard.beat(frameOf(beat))
      if (live) dashboard.live(frameOf(live))
      followers.push(dashboard)
    },
    live: (view: CohortView | null) => send('live', leader.live(table, 1, view)),
    perform({ changes, view, slots, kind, acked }: Round) {
      if (slots) table = resizeTable(table, slots)
      for (const { slot, id, code } of changes) if (slot < table.slots) table.columns.get(id)![slot] = code
      if (kind === 'beat') site.beat()
      else site.live(view)
      if (acked) leader.acked({ epoch: 1, seq: beatSeq })
    },
  }
  let beatSeq = 0
  site.beat()
  return site
}

function viewedCells(table: LiveTable, { columns, slots }: CohortView): unknown {
  const rows = slots.filter(slot => slot < table.slots)
  return {
    named: [...columns].map(id => [...(table.columns.get(id) ?? [])]),
    rows: rows.map(slot => ids.map(id => table.columns.get(id)?.[slot])),
  }
}

function frameOf(bytes: Uint8Array): Frame {
  const result = decodeFrame(bytes)
  if (!result.ok) throw new Error(result.error.text)
  return result.frame
}
