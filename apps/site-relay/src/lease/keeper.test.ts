import { give, startGiver, type LeaseAsk } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { writing } from '../store/builders.ts'
import { createLeaseStore } from '../store/lease.ts'
import { openStore } from '../store/open.ts'
import { createKeeper, type KeeperDeps } from './keeper.ts'

/** A box with clocks of our own, and a giver that answers at once while it is there. */
function boxed(over: Partial<KeeperDeps> = {}) {
  const db = openStore(':memory:')
  const store = createLeaseStore(db)
  const clock = { monotonic: 100_000, wall: 1_700_000_000_000 }
  const at = { giver: startGiver(0, -1e9), isThere: true, changes: 0, asked: 0 }
  const ask = (id: number, asked: LeaseAsk) => {
    at.asked += 1
    if (!at.isThere) return
    const given = give(at.giver, { ...asked, box: 'a' }, { now: clock.monotonic, wall: 0 })
    at.giver = given.state
    keeper.hear(id, given.answer)
  }
  const world = { now: () => clock.wall, monotonic: () => clock.monotonic }
  const changed = () => {
    at.changes += 1
  }
  const keeper = createKeeper({ world, store, write: writing(db), run: 1, ready: () => true, ask, changed, ...over })
  const pass = (ms: number) => {
    clock.monotonic += ms
    clock.wall += ms
    keeper.tick()
  }
  return { keeper, store, clock, at, pass }
}

test('[S8] a box holds the lease while the giver answers, and no longer than 6 s after', () => {
  const { keeper, at, pass } = boxed()
  pass(0)
  expect([keeper.term(), at.changes]).toEqual([1, 1])
  for (let n = 0; n < 20; n += 1) pass(1000)
  expect([keeper.term(), at.changes, at.asked]).toEqual([1, 1, 11])
  at.isThere = false
  pass(4999)
  expect(keeper.term()).toBe(1)
  pass(1)
  expect([keeper.term(), at.changes]).toEqual([null, 2])
})

test('[S8] a box that was suspended finds its lease over before anybody asked', () => {
  const { keeper, clock, at, pass } = boxed()
  pass(0)
  clock.wall += 501
  expect([keeper.term(), at.changes]).toEqual([null, 2])
  pass(1000)
  expect(keeper.term()).toBe(1)
})

test('[S8] the term is on disk before the box acts under it', () => {
  const full = boxed({ write: () => false })
  full.pass(0)
  expect([full.keeper.term(), full.store.read().term]).toEqual([null, 0])
  const { keeper, store, pass } = boxed()
  pass(0)
  expect([keeper.term(), store.read().term]).toEqual([1, 1])
})

test('[S8] a box that a person told to act does so until a giver answers, which then knows', () => {
  const { keeper, store, at, pass } = boxed()
  at.isThere = false
  pass(0)
  store.takeOver(5)
  pass(1000)
  expect([keeper.term(), keeper.state().byPerson]).toEqual([101, true])
  pass(60_000)
  expect(keeper.term()).toBe(101)
  at.isThere = true
  pass(2000)
  expect([keeper.term(), keeper.state().byPerson, store.read().own, at.giver.term]).toEqual([101, false, null, 101])
})

test('[S8] a box that gives its lease back does nothing more under it, and the next may have it at once', () => {
  const { keeper, at, clock, pass } = boxed()
  pass(0)
  keeper.release()
  expect([keeper.term(), at.changes]).toEqual([null, 2])
  const other = { box: 'b', run: 1, release: false, term: 0, holds: false }
  expect(give(at.giver, other, { now: clock.monotonic, wall: 0 }).answer.term).toBe(2)
})

test('a box that could not act well yet asks for nothing', () => {
  const { at, pass } = boxed({ ready: () => false })
  pass(5000)
  expect(at.asked).toBe(0)
})
