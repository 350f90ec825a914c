import { cohortSlots, type MinerId } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { aFound, anInfo, aReading, idOf } from './builders.ts'
import { createInventory } from './inventory.ts'

const empty = { miners: [], cohorts: [] }

function counting(): () => MinerId {
  let n = 0
  return () => idOf(++n)
}

test('a miner gets the next slot among the machines of its driver', () => {
  const inventory = createInventory(empty, counting())
  inventory.add(aFound({ address: '127.0.1.1', mac: null }), 5)
  inventory.add(aFound({ address: '127.0.1.2', mac: null, driver: 'antminer-stock' }), 5)
  inventory.add(aFound({ address: '127.0.1.3', mac: null }), 5)
  expect(inventory.all().map(({ cohort, slot, address }) => [cohort, slot, address])).toEqual([
    [0, 0, '127.0.1.1'],
    [0, 1, '127.0.1.3'],
    [1, 0, '127.0.1.2'],
  ])
})

test('a full cohort is followed by another of the same driver', () => {
  const cohorts = [{ cohort: 0, driver: 'bitaxe', slots: cohortSlots }]
  const info = createInventory({ miners: [], cohorts }, counting()).add(aFound(), 5)
  expect([info.cohort, info.slot]).toEqual([1, 0])
})

test('a miner that moves keeps its id, and whoever was there has no address', () => {
  const [first, second] = [anInfo(), anInfo({ id: idOf(2), slot: 1, address: '127.0.1.2', mac: '30:AE:A4:00:00:02' })]
  const inventory = createInventory({ miners: [first, second], cohorts: [] }, counting())
  inventory.learn(first.id, aFound({ address: '127.0.1.2' }))
  expect(inventory.at('127.0.1.2')?.id).toBe(first.id)
  expect(inventory.at('127.0.1.1')).toBeNull()
  expect(inventory.takeDisplaced()).toEqual([{ ...second, address: '' }])
  inventory.learn(second.id, aFound({ address: '127.0.1.1', mac: second.mac }))
  expect(inventory.at('127.0.1.1')?.id).toBe(second.id)
  expect(inventory.takeDisplaced()).toEqual([])
})

test('what is not told again stays known; what is told replaces it', () => {
  const info = anInfo({ hostname: 'axe', firmwareVersion: 'v2.6.0' })
  const inventory = createInventory({ miners: [info], cohorts: [] }, counting())
  expect(inventory.learn(info.id, aFound({ mac: null }))).toBeNull()
  const learnt = inventory.learn(info.id, aFound({ reading: aReading({ firmwareVersion: 'v2.7.0', hostname: null }) }))
  expect(learnt).toMatchObject({ firmwareVersion: 'v2.7.0', hostname: 'axe', mac: info.mac })
})

test('pools stand at their slots, so that the active one can be found', () => {
  const inventory = createInventory(empty, counting())
  const pool = { url: 'stratum+tcp://127.0.0.1:3333', user: 'w', active: true, alive: true }
  const counts = { accepted: 1, rejected: 0, stale: null, difficulty: null }
  const info = inventory.add(aFound({ reading: aReading({ pools: [{ slot: 2, ...pool, ...counts }] }) }), 5)
  const none = { url: null, user: null }
  expect(info.pools).toEqual([none, none, { url: pool.url, user: 'w' }])
})

test('another firmware moves a miner to a cohort of its own kind', () => {
  const info = anInfo()
  const cohorts = [{ cohort: 0, driver: 'bitaxe', slots: 1 }]
  const inventory = createInventory({ miners: [info], cohorts }, counting())
  const learnt = inventory.learn(info.id, aFound({ driver: 'nerdaxe' }))
  expect([learnt?.id, learnt?.cohort, learnt?.slot]).toEqual([info.id, 1, 0])
})

test('each change is handed out once', () => {
  const inventory = createInventory(empty, counting())
  const info = inventory.add(aFound(), 5)
  const cohorts = [{ cohort: 0, driver: 'bitaxe', slots: 1 }]
  expect(inventory.changes()).toEqual({ miners: [info], cohorts })
  inventory.changesWritten()
  expect(inventory.changes()).toEqual({ miners: [], cohorts: [] })
})
