import { commandId, cursor, type Outcome } from '@headframe/protocol'
import type { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { anInfo } from '../fleet/builders.ts'
import { aNote, anOrder, controlOf, writing } from './builders.ts'
import { createCommandStore } from './commands.ts'
import { createJournal } from './journal.ts'
import { openStore } from './open.ts'
import { createRenewal } from './renewal.ts'

function renewing() {
  const db = openStore(':memory:')
  const journal = createJournal(db)
  journal.beginEpoch(0, () => 0)
  journal.append([aNote('a'), aNote('b')], 5)
  return {
    db,
    journal,
    renewal: createRenewal({
      journal,
      write: writing(db),
      miners: () => [anInfo()],
      commands: createCommandStore(db),
      now: () => 9,
      random: () => 0,
    }),
  }
}

const typesFrom = (journal: ReturnType<typeof createJournal>, epoch: number) =>
  journal.read({ epoch, seq: 0 }, 100).map(event => [event.epoch, JSON.parse(JSON.stringify(event.body)).type])

test('a control that has nothing, or something of ours, goes on from there', () => {
  const { renewal } = renewing()
  expect(renewal.renewFor({ epoch: 0, seq: 0 }, [])).toBe(false)
  expect(renewal.renewFor({ epoch: 1, seq: 2 }, [{ cohort: 0, epoch: 1, seq: 7 }])).toBe(false)
})

test('[S5] a relay restored from a backup jumps past the epochs that control knows, and tells the inventory anew', () => {
  const { journal, renewal } = renewing()
  expect(renewal.renewFor({ epoch: 7, seq: 3 }, [{ cohort: 0, epoch: 9, seq: 1 }])).toBe(true)
  expect(journal.epoch()).toBe(10)
  expect(typesFrom(journal, 10)).toEqual([
    [10, 'note'],
    [10, 'miner'],
    [10, 'inventory'],
  ])
})

test('an epoch beyond all clocks is not followed: another control would lose its relay', () => {
  const { journal, renewal } = renewing()
  expect(renewal.renewFor({ epoch: 2 ** 49 + 1, seq: 0 }, [])).toBe(false)
  expect(renewal.renewFor({ epoch: Number.MAX_SAFE_INTEGER, seq: 0 }, [])).toBe(false)
  expect(journal.epoch()).toBe(1)
  expect(renewal.renewFor({ epoch: 2 ** 49, seq: 0 }, [])).toBe(true)
  expect(cursor.safeParse({ epoch: journal.epoch() + 1e12, seq: 0 }).success).toBe(true)
})

test('[S5] where the other box spoke last all is told anew in a later epoch, and nobody reads of a backup', () => {
  const { db, journal } = renewing()
  const renewal = createRenewal({
    journal,
    pair: { isWhole: true },
    write: writing(db),
    miners: () => [anInfo()],
    commands: createCommandStore(db),
    now: () => 9,
    random: () => 0,
  })
  expect(renewal.renewFor({ epoch: 1, seq: 2 }, [{ cohort: 0, epoch: 7, seq: 3 }], 8)).toBe(true)
  expect(typesFrom(journal, 9)).toEqual([
    [9, 'miner'],
    [9, 'inventory'],
  ])
  expect(renewal.renewFor({ epoch: 1, seq: 2 }, [{ cohort: 0, epoch: 7, seq: 3 }], 8)).toBe(false)
  expect(renewal.renewFor({ epoch: 9, seq: 3 }, [])).toBe(true)
  expect(typesFrom(journal, 10)[0]).toEqual([10, 'note'])
})

test('[S5] a box that may lack miners of the other tells of nobody that is gone', () => {
  const { db, journal } = renewing()
  const pair = { isWhole: false }
  const renewal = createRenewal({
    journal,
    pair,
    write: writing(db),
    miners: () => [anInfo()],
    commands: createCommandStore(db),
    now: () => 9,
    random: () => 0,
  })
  expect(renewal.renewFor({ epoch: 0, seq: 0 }, [], 8)).toBe(true)
  expect(typesFrom(journal, 9)).toEqual([[9, 'miner']])
})

test('[S5] a place past the end of the same epoch is a restored backup too', () => {
  const { journal, renewal } = renewing()
  expect(renewal.renewFor({ epoch: 1, seq: 3 }, [])).toBe(true)
  expect(journal.epoch()).toBe(2)
})

test('[S5] a control that misses what is forgotten is told of the gap and of the inventory, once', () => {
  const { journal, renewal } = renewing()
  journal.forget({ epoch: 1, seq: 1 })
  expect(renewal.renewFor({ epoch: 0, seq: 0 }, [])).toBe(true)
  expect(renewal.renewFor({ epoch: 0, seq: 0 }, [])).toBe(false)
  expect(typesFrom(journal, 2)).toEqual([
    [2, 'note'],
    [2, 'miner'],
    [2, 'inventory'],
  ])
})

test('[C2] a control that misses what is forgotten is told results anew: it may have taken for expired what was done', () => {
  const { db, journal, renewal } = renewing()
  const commands = createCommandStore(db)
  const results = ['cmd_000000000001', 'cmd_000000000002'].map(text => ({ ...aResult, id: commandId.parse(text) }))
  for (const result of results) {
    commands.add(controlOf(1), anOrder({ id: result.id }), 3)
    commands.end(result)
  }
  commands.add(controlOf(1), anOrder({ id: commandId.parse('cmd_000000000003') }), 4)
  journal.forget({ epoch: 1, seq: 1 })
  renewal.renewFor({ epoch: 0, seq: 0 }, [])
  const told = journal.read({ epoch: 2, seq: 3 }, 10).map(({ body }) => body)
  expect(told).toEqual(results.map(result => ({ type: 'result', result })))
})

const outcome: Outcome = { kind: 'done', code: null, text: 'It came back.', observed: {} }
const aResult = { miner: anOrder().miner, outcome, startedAt: 5, endedAt: 6 }

test('[S5] once the telling is forgotten itself, the next new control is told again', () => {
  const { journal, renewal } = renewing()
  journal.forget({ epoch: 1, seq: 2 })
  renewal.renewFor({ epoch: 0, seq: 0 }, [])
  journal.forget(journal.head())
  expect(renewal.renewFor({ epoch: 0, seq: 0 }, [])).toBe(true)
  expect(journal.epoch()).toBe(3)
})

/** A relay that starts by its clock on a copy of its database. */
function startedOn(db: DatabaseSync, at: number) {
  const journal = createJournal(db)
  journal.beginEpoch(at, () => 0)
  return {
    journal,
    renewal: createRenewal({
      journal,
      write: writing(db),
      miners: () => [anInfo()],
      commands: createCommandStore(db),
      now: () => at,
      random: () => 0,
    }),
  }
}

test('[S5] a relay restored from a backup is noticed by the end of its last epoch, though its clock is ahead', () => {
  const db = openStore(':memory:')
  const before = createJournal(db)
  before.beginEpoch(100, () => 0)
  before.append([aNote('a'), aNote('b')], 5)
  const { journal, renewal } = startedOn(db, 900)
  expect(renewal.renewFor({ epoch: 101, seq: 2 }, [{ cohort: 0, epoch: 101, seq: 7 }])).toBe(false)
  expect(renewal.renewFor({ epoch: 101, seq: 3 }, [])).toBe(true)
  expect(typesFrom(journal, 902)).toEqual([
    [902, 'note'],
    [902, 'miner'],
    [902, 'inventory'],
  ])
})

test.each([
  ['an epoch that it never had', { epoch: 400, seq: 1 }, []],
  ['frames of an epoch that it never had', { epoch: 101, seq: 0 }, [{ cohort: 0, epoch: 400, seq: 1 }]],
] as const)('[S5] a relay restored from a backup is noticed by %s', (_what, events, beats) => {
  const db = openStore(':memory:')
  createJournal(db).beginEpoch(100, () => 0)
  expect(startedOn(db, 900).renewal.renewFor(events, beats)).toBe(true)
})

test('[S5] each control is told once, whoever comes first', () => {
  const db = openStore(':memory:')
  createJournal(db).beginEpoch(100, () => 0)
  const { journal, renewal } = startedOn(db, 900)
  expect(renewal.renewFor({ epoch: 101, seq: 5 }, [])).toBe(true)
  expect(renewal.renewFor({ epoch: 101, seq: 9 }, [])).toBe(false)
  expect(renewal.renewFor({ epoch: 101, seq: 5 }, [{ cohort: 0, epoch: 101, seq: 3 }])).toBe(false)
  expect(journal.epoch()).toBe(902)
})

test('what a release before did not write down is not held against it', () => {
  const db = openStore(':memory:')
  db.exec('UPDATE epoch SET epoch = 700')
  expect(startedOn(db, 900).renewal.renewFor({ epoch: 650, seq: 40 }, [])).toBe(false)
})

test('a relay that starts every minute remembers a bounded number of starts', () => {
  const db = openStore(':memory:')
  const journal = createJournal(db)
  for (let start = 1; start <= 10_050; start++) journal.beginEpoch(start, () => 0)
  expect(db.prepare('SELECT count(*) AS count FROM ended_epochs').get()).toEqual({ count: 10_000 })
  expect([5, 9000].map(epoch => journal.hasWritten({ epoch, seq: 0 }))).toEqual([true, true])
})
