import type { ControlId, DownMessage, MinerInfo, UpMessage } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { anInfo, idOf } from '../fleet/builders.ts'
import { controlOf, writing } from '../store/builders.ts'
import { createInventoryStore } from '../store/inventory.ts'
import { openStore } from '../store/open.ts'
import { createReplicaStore } from '../store/replica.ts'
import { createReplica } from './replica.ts'

const control = controlOf(1)
const miners = (...numbers: number[]): MinerInfo[] => numbers.map(n => anInfo({ id: idOf(n), slot: n }))

function copying() {
  const db = openStore(':memory:')
  const store = createReplicaStore(db)
  const asked: number[] = []
  const askedOf: ControlId[] = []
  const clock = { now: 0 }
  const at: { control: ControlId; controls: readonly ControlId[] } = { control, controls: [control] }
  const say = (of: ControlId, message: UpMessage) => {
    if (message.type === 'pull') asked.push(message.after.revision)
    askedOf.push(of)
    return true
  }
  const replica = createReplica({
    stores: { replica: store },
    write: writing(db),
    source: () => at.control,
    controls: () => at.controls,
    say,
    monotonic: () => clock.now,
  })
  const page = (revision: number, more: Partial<Extract<DownMessage, { type: 'page' }>>) =>
    replica.take(at.control, {
      type: 'page',
      miners: [],
      next: { revision, miner: null },
      complete: false,
      total: 0,
      ...more,
    })
  const copied = () =>
    createInventoryStore(db)
      .miners()
      .map(({ slot }) => slot)
  return { replica, store, asked, askedOf, clock, at, page, copied }
}

test('copies page after page, and keeps the place once the copy is whole', () => {
  const { replica, store, asked, page, copied } = copying()
  replica.tick()
  page(2, { miners: miners(1, 2) })
  expect([asked, store.isCopy(), replica.isComplete()]).toEqual([[0, 2], false, false])
  page(3, { miners: miners(3) })
  page(3, { complete: true, total: 3 })
  expect([asked, store.place(control).revision, replica.isComplete(), copied()]).toEqual([
    [0, 2, 3],
    3,
    true,
    [1, 2, 3],
  ])
})

test('asks again every few seconds, and again when an answer was lost', () => {
  const { replica, asked, clock, page } = copying()
  replica.tick()
  clock.now = 9000
  replica.tick()
  clock.now = 10_000
  replica.tick()
  page(0, { complete: true })
  clock.now = 14_000
  replica.tick()
  clock.now = 15_000
  replica.tick()
  expect(asked).toEqual([0, 0, 0])
})

test('where the counts differ everything is copied anew, and what control no longer has is let go', () => {
  const { replica, asked, page, copied } = copying()
  replica.tick()
  page(3, { miners: miners(1, 2, 3), total: 3 })
  page(3, { complete: true, total: 3 })
  replica.refresh()
  page(3, { complete: true, total: 2 })
  expect([asked.at(-1), copied()]).toEqual([0, [1, 2, 3]])
  page(3, { miners: miners(1, 3), total: 2 })
  page(3, { complete: true, total: 2 })
  expect(copied()).toEqual([1, 3])
})

test('[S5] a pass over all begins again where another control has to go on with it, and removes nobody by half of it', () => {
  const { replica, asked, at, page, copied } = copying()
  replica.tick()
  page(3, { miners: miners(1, 2, 3, 4), total: 3 })
  page(3, { complete: true, total: 3 })
  expect([asked, replica.isComplete()]).toEqual([[0, 3, 0], false])
  page(1, { miners: miners(1), total: 3 })
  at.control = controlOf(2)
  replica.tick()
  expect(asked).toEqual([0, 3, 0, 1, 0])
  page(9, { complete: true, total: 3 })
  expect([copied(), replica.isComplete()]).toEqual([[1, 2, 3, 4], false])
})

test('a page that was not asked for, of another control, is not taken', () => {
  const { replica, at, page, copied } = copying()
  replica.tick()
  at.control = controlOf(2)
  page(3, { miners: miners(1), total: 1 })
  expect(copied()).toEqual([])
})

test('[S5] that one control holds nothing is no whole copy while another may hold something', () => {
  const { replica, store, at, page } = copying()
  at.controls = [control, controlOf(2)]
  replica.tick()
  page(0, { complete: true })
  expect(replica.isComplete()).toBe(false)
  at.control = controlOf(2)
  replica.tick()
  page(0, { complete: true })
  expect([replica.isComplete(), store.isCopy()]).toEqual([true, false])
})

test('a control that was copied from before still hears of this box every minute', () => {
  const { replica, askedOf, clock, at } = copying()
  const other = controlOf(2)
  const askedAt = (now: number) => {
    clock.now = now
    askedOf.length = 0
    replica.tick()
    return [...askedOf]
  }
  expect(askedAt(0)).toEqual([control])
  at.control = other
  expect([askedAt(59_000), askedAt(60_000), askedAt(119_000), askedAt(120_000)]).toEqual([
    [other],
    [control],
    [other],
    [control],
  ])
})

test('a control that lost everything makes nobody forget', () => {
  const { replica, page, copied } = copying()
  replica.tick()
  page(3, { miners: miners(1, 2), total: 2 })
  page(3, { complete: true, total: 2 })
  replica.refresh()
  page(0, { complete: true, total: 0 })
  expect(copied()).toEqual([1, 2])
})
