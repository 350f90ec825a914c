import { give, startGiver, type LeaseAsk } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { writing } from '../store/builders.ts'
import { createLeaseStore } from '../store/lease.ts'
import { openStore } from '../store/open.ts'
import { createKeeper, type KeeperDeps } from './keeper.ts'

/** A box with clocks of our own, and a giver that answers at once while it is there. */
function boxed(over: Partial<KeeperDeps> = {}, db = openStore(':memory:')) {
  const store = createLeaseStore(db)
  const clock = { monotonic: 100_000, wall: 1_700_000_000_000 }
  const at = { giver: startGiver(0, -1e9), isThere: true, removed: false, changes: 0, asked: 0 }
  const removed = () => at.removed
  const overrule = () => {
    at.removed = false
  }
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
  const keeper = createKeeper({
    world,
    store,
    write: writing(db),
    run: 1,
    ready: () => true,
    removed,
    overrule,
    ask,
    changed,
    ...over,
  })
  const pass = (ms: number) => {
    clock.monotonic += ms
    clock.wall += ms
    keeper.tick()
  }
  return { db, keeper, store, clock, at, pass }
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

test('[S8] a box whose disk takes no term leaves its turn to the other, and asks again after that', () => {
  const { keeper, at, clock, pass } = boxed({ write: () => false })
  pass(0)
  for (let n = 0; n < 10; n += 1) pass(1000)
  expect([keeper.term(), at.asked]).toEqual([null, 1])
  const other = { box: 'b', run: 1, release: false, term: 0, holds: false }
  expect(give(at.giver, other, { now: clock.monotonic, wall: 0 }).answer.term).toBe(2)
  pass(200)
  expect(at.asked).toBe(2)
})

test('[S8] a box that a person told to act does so once its giver was silent, until a giver answers, which then knows', () => {
  const { keeper, store, at, pass } = boxed()
  at.isThere = false
  pass(0)
  store.takeOver(5)
  pass(8199)
  expect([keeper.term(), store.read()]).toEqual([null, { term: 0, own: 101, told: 0 }])
  pass(1)
  expect([keeper.term(), keeper.state().byPerson, store.read().term]).toEqual([101, true, 101])
  pass(60_000)
  expect(keeper.term()).toBe(101)
  at.isThere = true
  pass(2000)
  expect([keeper.term(), keeper.state().byPerson, store.read().own, at.giver.term]).toEqual([101, false, null, 101])
})

/** A box that a person told to act, and that was started again since. */
function toldAndStartedAgain(over: Partial<KeeperDeps> = {}) {
  const before = boxed()
  before.store.takeOver(5)
  return boxed(over, before.db)
}

test('[S8] what a person said before a start is obeyed only once the giver was silent for as long as it reserves', () => {
  const { keeper, store, at, pass } = toldAndStartedAgain()
  at.isThere = false
  pass(0)
  pass(8199)
  expect(keeper.term()).toBeNull()
  pass(1)
  expect([keeper.term(), keeper.state().byPerson, store.read().own]).toEqual([101, true, 101])
})

test('[S8] a giver that answers first ends what a person said before a start, for good', () => {
  const { keeper, store, at, pass } = toldAndStartedAgain({ write: () => false })
  at.giver = { term: 101, holder: 'b', run: 1, until: Infinity }
  pass(0)
  at.isThere = false
  pass(60_000)
  expect([keeper.term(), store.read().own]).toEqual([null, 101])
  const { store: kept, ...again } = toldAndStartedAgain()
  again.at.giver = { term: 101, holder: 'b', run: 1, until: Infinity }
  again.pass(0)
  expect([again.keeper.term(), kept.read().own]).toEqual([null, null])
})

test('[S8] while the giver answers that the other box has the lease, what a person says is not obeyed, then or later', () => {
  const { keeper, store, at, pass } = boxed()
  at.giver = { term: 7, holder: 'b', run: 1, until: Infinity }
  pass(0)
  store.takeOver(5)
  pass(999)
  expect([keeper.term(), store.read().own]).toEqual([null, 108])
  pass(1)
  expect([keeper.term(), store.read()]).toEqual([null, { term: 7, own: null, told: 0 }])
  at.isThere = false
  pass(60_000)
  expect(keeper.term()).toBeNull()
})

test('[S8] the silence of a giver counts from the first request that it has not answered', () => {
  const { keeper, store, at, pass } = boxed()
  at.giver = { term: 7, holder: 'b', run: 1, until: Infinity }
  pass(0)
  at.isThere = false
  pass(60_000)
  store.takeOver(5)
  pass(8199)
  expect(keeper.term()).toBeNull()
  pass(1)
  expect(keeper.term()).toBe(108)
})

test('[S8] a box that gives its lease back does nothing more under it, and the next may have it at once', () => {
  const { keeper, at, clock, pass } = boxed()
  pass(0)
  keeper.release()
  expect([keeper.term(), at.changes]).toEqual([null, 2])
  const other = { box: 'b', run: 1, release: false, term: 0, holds: false }
  expect(give(at.giver, other, { now: clock.monotonic, wall: 0 }).answer.term).toBe(2)
})

test('[S8] a box that a control removed holds nothing and asks for nothing, until it is taken again', () => {
  const { keeper, at, pass } = boxed()
  pass(0)
  at.removed = true
  pass(200)
  expect([keeper.term(), keeper.state().removed]).toEqual([null, true])
  const { asked } = at
  pass(60_000)
  expect([keeper.term(), at.asked]).toEqual([null, asked])
  at.removed = false
  pass(200)
  expect(keeper.term()).not.toBeNull()
})

test("[S8] a person's word outranks that a control removed this box, also where nobody gives a lease", () => {
  const { keeper, store, at, pass } = boxed()
  Object.assign(at, { removed: true, isThere: false })
  pass(60_000)
  store.takeOver(5)
  pass(200)
  expect([keeper.term(), at.asked]).toEqual([null, 1])
  pass(8200)
  expect([keeper.term(), keeper.state().byPerson]).toEqual([101, true])
  at.removed = true
  pass(1000)
  expect(keeper.term()).toBe(101)
})

test('a box that could not act well yet asks for nothing', () => {
  const { at, store, pass } = boxed({ ready: () => false })
  pass(5000)
  expect(at.asked).toBe(0)
  store.takeOver(5)
  pass(200)
  expect(at.asked).toBe(1)
})
