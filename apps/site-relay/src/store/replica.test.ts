import { createTable } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { anInfo, idOf } from '../fleet/builders.ts'
import { controlOf } from './builders.ts'
import { createInventoryStore } from './inventory.ts'
import { createLeaseStore } from './lease.ts'
import { createLiveStore } from './live.ts'
import { openStore } from './open.ts'
import { createReplicaStore } from './replica.ts'

const control = controlOf(1)
const place = (revision: number) => ({ revision, miner: null })

test('a miner that changed its slot takes it from whoever had it, and slots of a cohort are not given twice', () => {
  const db = openStore(':memory:')
  const [replica, inventory] = [createReplicaStore(db), createInventoryStore(db)]
  const at = (n: number, cohort: number, slot: number) => anInfo({ id: idOf(n), cohort, slot })
  replica.put([at(1, 0, 0), at(2, 0, 1), at(3, 2, 4)])
  replica.put([at(2, 0, 0)])
  replica.put([at(1, 0, 1)])
  expect(inventory.miners().map(({ id, cohort, slot }) => [id, cohort, slot])).toEqual([
    [idOf(2), 0, 0],
    [idOf(1), 0, 1],
    [idOf(3), 2, 4],
  ])
  expect(inventory.cohorts().map(({ cohort, slots }) => [cohort, slots])).toEqual([
    [0, 2],
    [2, 5],
  ])
  expect([replica.isCopy(), replica.place(control)]).toEqual([false, place(0)])
  replica.setPlace(control, place(5))
  expect([replica.isCopy(), replica.place(control), replica.place(controlOf(2))]).toEqual([true, place(5), place(0)])
})

test('[T1] values of a cohort are forgotten where a copy gave a slot to another miner, and nowhere else', () => {
  const db = openStore(':memory:')
  const [replica, live] = [createReplicaStore(db), createLiveStore(db)]
  const at = (n: number, cohort: number, slot: number) => anInfo({ id: idOf(n), cohort, slot })
  replica.put([at(1, 0, 0), at(2, 1, 0), at(3, 2, 0)])
  live.save(
    [0, 1, 2].map(cohort => ({ cohort, table: createTable(1) })),
    5,
  )
  replica.put([at(1, 0, 0), at(9, 1, 0), at(3, 2, 1)])
  expect(live.load().map(({ cohort }) => cohort)).toEqual([0])
})

test('miners that control no longer has are let go', () => {
  const db = openStore(':memory:')
  const replica = createReplicaStore(db)
  replica.put([anInfo({ id: idOf(1), slot: 0 }), anInfo({ id: idOf(2), slot: 1 })])
  replica.keepOnly(new Set([idOf(2)]))
  expect([replica.count(), createInventoryStore(db).miners()[0]?.id]).toEqual([1, idOf(2)])
})

test('[S8] a person takes over above every term that the box heard of, and some that it did not, until a giver knows', () => {
  const lease = createLeaseStore(openStore(':memory:'))
  lease.heard(7)
  lease.heard(3)
  expect(lease.takeOver(5)).toBe(108)
  expect(lease.read()).toEqual({ term: 7, own: 108, told: 0 })
  expect(lease.takeOver(1_795_000_000_000)).toBe(1_795_000_101)
  lease.giverKnows()
  lease.told(108)
  expect(lease.read()).toEqual({ term: 7, own: null, told: 108 })
})
