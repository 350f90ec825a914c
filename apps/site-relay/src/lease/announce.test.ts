import { expect, test } from 'vitest'
import { storesIn } from '../core/stores.ts'
import { anInfo, idOf } from '../fleet/builders.ts'
import { createInventory } from '../fleet/inventory.ts'
import { createLiveTables } from '../fleet/live-tables.ts'
import { createFleet } from '../fleet/fleet.ts'
import { createVault } from '../keys/vault.ts'
import { realWorld } from '../edge/world.ts'
import { writing } from '../store/builders.ts'
import { openStore } from '../store/open.ts'
import { announce } from './announce.ts'

/** A box with two miners that begins a term; gives the types of what it tells. */
function telling() {
  const db = openStore(':memory:')
  const stores = storesIn(db, createVault(new Uint8Array(32)))
  stores.journal.beginEpoch(0, () => 0)
  const deps = { stores, world: realWorld }
  const miners = [1, 2].map(n => anInfo({ id: idOf(n), slot: n }))
  const inventory = createInventory({ miners, cohorts: [{ cohort: 0, driver: 'bitaxe', slots: 3 }] }, () => idOf(9))
  const fleet = createFleet({ inventory, tables: createLiveTables([]), onPlaced: () => {}, onReading: () => {} })
  const onFullDisk = (term: number) =>
    announce({ fleet, writer: { write: () => false, disk: () => 'full' } }, deps, { term, isWhole: true })
  const begin = (term: number, isWhole: boolean) => {
    const from = stores.journal.head()
    announce({ fleet, writer: { write: writing(db), disk: () => 'ok' } }, deps, { term, isWhole })
    return stores.journal.read(from, 10).map(({ body }) => JSON.parse(JSON.stringify(body)).type)
  }
  return { begin, onFullDisk, journal: stores.journal }
}

test('[S4] a box tells its whole inventory once for each term', () => {
  const { begin } = telling()
  expect(begin(4, true)).toEqual(['miner', 'miner', 'inventory'])
  expect([begin(4, true), begin(5, true)]).toEqual([[], ['miner', 'miner', 'inventory']])
})

test('[S4] a box whose disk is full tells its inventory later', () => {
  const { begin, onFullDisk } = telling()
  expect(onFullDisk(4)).toBe(false)
  expect(begin(4, true)).toEqual(['miner', 'miner', 'inventory'])
  expect(onFullDisk(4)).toBe(true)
})

test('[S5] a box tells its inventory again under its term once a control has lost some of it', () => {
  const { begin, journal } = telling()
  begin(4, true)
  journal.setAnnounced(0)
  expect([begin(4, true), begin(4, true)]).toEqual([['miner', 'miner', 'inventory'], []])
})

test('[S5] a box that never copied what the other told says nothing of who is gone, until it did', () => {
  const { begin } = telling()
  expect([begin(4, false), begin(4, true)]).toEqual([
    ['miner', 'miner'],
    ['miner', 'miner', 'inventory'],
  ])
})
