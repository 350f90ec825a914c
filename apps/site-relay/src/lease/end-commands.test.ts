import { commandId } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { storesIn } from '../core/stores.ts'
import { realWorld } from '../edge/world.ts'
import { createVault } from '../keys/vault.ts'
import { anOrder, controlOf, writing } from '../store/builders.ts'
import { openStore } from '../store/open.ts'
import { endCommands } from './end-commands.ts'

test('[C1] [S8] a box that stands by ends what it was asked and has no result of as unknown', () => {
  const db = openStore(':memory:')
  const stores = storesIn(db, createVault(new Uint8Array(32)))
  stores.journal.beginEpoch(1, () => 0)
  const [begun, waiting] = [anOrder(), anOrder({ id: commandId.parse('cmd_000000000002') })]
  stores.commands.add(controlOf(1), begun, 10)
  stores.commands.begin(begun.id, 12)
  stores.commands.add(controlOf(1), waiting, 13)
  const world = { ...realWorld, now: () => 20 }
  const end = () => endCommands({ stores, world, write: writing(db) })
  expect(endCommands({ stores, world, write: () => false })).toBe(false)
  expect([end(), end()]).toEqual([true, true])
  const told = stores.journal.read({ epoch: 0, seq: 0 }, 10).map(({ body }) => body)
  expect(told).toMatchObject([
    { type: 'result', result: { id: begun.id, outcome: { kind: 'unknown', code: 'interrupted' }, endedAt: 20 } },
    { type: 'result', result: { id: waiting.id, outcome: { kind: 'unknown', code: 'interrupted' } } },
  ])
  expect([told.length, stores.commands.open()]).toEqual([2, []])
})
