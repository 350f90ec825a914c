import type { Cursor } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { realWorld } from '../edge/world.ts'
import { aNote, anOrder, controlOf, writing } from '../store/builders.ts'
import { openStore } from '../store/open.ts'
import { storesIn } from '../core/stores.ts'
import { createVault } from '../keys/vault.ts'
import { tellLostEvents } from './lost-events.ts'

const start: Cursor = { epoch: 0, seq: 0 }

/** A box that acted in epoch 2, and told three events. */
function acted() {
  const db = openStore(':memory:')
  const stores = storesIn(db, createVault(new Uint8Array(32)))
  stores.journal.beginEpoch(1, () => 0)
  stores.journal.append([aNote('a'), aNote('b'), aNote('c')], 5)
  const welcomedAt = (cursor: Cursor) => {
    tellLostEvents({ stores, world: { ...realWorld, now: () => 9, random: () => 0 }, write: writing(db) }, cursor)
    return stores.journal.read(cursor, 10).map(event => [event.epoch, event.seq])
  }
  return { stores, welcomedAt }
}

test('[S5] a control that lost what this box told it learns of the gap, once', () => {
  const { stores, welcomedAt } = acted()
  stores.journal.forget({ epoch: 2, seq: 3 })
  expect(welcomedAt(start)).toEqual([[10, 1]])
  expect(welcomedAt(start)).toEqual([[10, 1]])
})

test('[C2] a control that lost what this box told it is told the results of this box anew', () => {
  const { stores, welcomedAt } = acted()
  const { id, miner } = anOrder()
  const outcome = { kind: 'done', code: null, text: 'It came back.', observed: {} } as const
  stores.commands.add(controlOf(1), anOrder(), 3)
  stores.commands.end({ id, miner, outcome, startedAt: 4, endedAt: 5 })
  stores.journal.forget({ epoch: 2, seq: 3 })
  expect(welcomedAt(start)).toEqual([
    [10, 1],
    [10, 2],
  ])
  expect(stores.journal.read({ epoch: 10, seq: 1 }, 1)).toMatchObject([{ body: { type: 'result', result: { id } } }])
})

test('[S5] a box that told a gap has to tell its inventory again, when it acts', () => {
  const { stores, welcomedAt } = acted()
  stores.journal.setAnnounced(2)
  welcomedAt({ epoch: 2, seq: 2 })
  expect(stores.journal.announced()).toBe(2)
  welcomedAt({ epoch: 40, seq: 7 })
  expect(stores.journal.announced()).toBe(0)
})

test('[S5] a box that was restored goes past what a control has of it', () => {
  const { welcomedAt } = acted()
  expect(welcomedAt({ epoch: 40, seq: 7 })).toEqual([[41, 1]])
})

test('an epoch beyond all clocks is not followed: this box would have none left', () => {
  const { stores, welcomedAt } = acted()
  expect(welcomedAt({ epoch: 2 ** 49 + 1, seq: 7 })).toEqual([])
  expect(stores.journal.epoch()).toBe(2)
})

test('a control that is where this box is, or behind with all still held, is told nothing more', () => {
  const { welcomedAt } = acted()
  expect([welcomedAt({ epoch: 2, seq: 3 }), welcomedAt({ epoch: 2, seq: 1 }), welcomedAt(start).length]).toEqual([
    [],
    [
      [2, 2],
      [2, 3],
    ],
    3,
  ])
})
