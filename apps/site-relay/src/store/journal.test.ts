import type { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { createAcknowledgements } from './acknowledgements.ts'
import { aNote, anEnrolment, controlOf, writing } from './builders.ts'
import { createControlStore } from './controls.ts'
import { createJournal } from './journal.ts'
import { openStore } from './open.ts'

const start = { epoch: 0, seq: 0 }

function journalOf(db: DatabaseSync = openStore(':memory:')) {
  const journal = createJournal(db)
  journal.beginEpoch(0, () => 0)
  return { db, journal }
}

const placesIn = (journal: ReturnType<typeof createJournal>, from = start) =>
  journal.read(from, 100).map(({ epoch, seq }) => [epoch, seq])

test('[S2] events are numbered without gaps within an epoch, and epochs rise with each start', () => {
  const { db, journal } = journalOf()
  journal.append([aNote('a'), aNote('b')], 5)
  const next = createJournal(db)
  next.beginEpoch(0, () => 0)
  next.append([aNote('c')], 6)
  expect(placesIn(next)).toEqual([
    [1, 1],
    [1, 2],
    [2, 1],
  ])
})

test('[S3] events come back in order, from any place on', () => {
  const { journal } = journalOf()
  journal.append([aNote('a'), aNote('b'), aNote('c')], 5)
  expect(journal.read({ epoch: 1, seq: 1 }, 1)).toEqual([{ epoch: 1, seq: 2, at: 5, body: aNote('b') }])
  expect(placesIn(journal, { epoch: 1, seq: 2 })).toEqual([[1, 3]])
})

test('an epoch that control is ahead of is jumped over', () => {
  const { journal } = journalOf()
  journal.beginEpoch(41, () => 0)
  journal.append([aNote('a')], 5)
  expect(placesIn(journal)).toEqual([[42, 1]])
})

test('[S2] what a restored box tells is told apart from what it told after its backup, though its clock was set back', () => {
  const [before, after] = [0.2, 0.7].map(chance => {
    const { journal } = journalOf()
    journal.beginEpoch(0, () => chance)
    return journal.epoch()
  })
  expect([before, after]).toEqual([202, 702])
})

test('[S5] what is held of the inventory is known by its place', () => {
  const { journal } = journalOf()
  journal.append([aNote('a'), { type: 'inventory', miners: 0 }, aNote('b')], 5)
  const between = (from: number, to: number) => journal.holdsFacts({ epoch: 1, seq: from }, { epoch: 1, seq: to })
  expect([between(0, 1), between(0, 2), between(1, 3), between(2, 3)]).toEqual([false, true, true, false])
})

test('[S1] an event is forgotten only when every control has it', () => {
  const { db, journal } = journalOf()
  const controls = createControlStore(db)
  controls.save(anEnrolment(1))
  controls.save(anEnrolment(2))
  journal.append([aNote('a'), aNote('b'), aNote('c')], 5)
  const acknowledgements = createAcknowledgements({ journal, controls, write: writing(db) })
  acknowledgements.durable(controlOf(1), { epoch: 1, seq: 3 })
  acknowledgements.flush()
  expect(placesIn(journal)).toHaveLength(3)
  acknowledgements.durable(controlOf(2), { epoch: 1, seq: 2 })
  acknowledgements.flush()
  expect(placesIn(journal)).toEqual([[1, 3]])
  expect(journal.forgotten()).toEqual({ epoch: 1, seq: 2 })
})

test('[S1] a control that says it has what was not written yet makes nobody forget it', () => {
  const { db, journal } = journalOf()
  const controls = createControlStore(db)
  controls.save(anEnrolment(1))
  journal.append([aNote('a')], 5)
  const acknowledgements = createAcknowledgements({ journal, controls, write: writing(db) })
  acknowledgements.durable(controlOf(1), { epoch: 9, seq: 9 })
  acknowledgements.flush()
  expect([placesIn(journal), journal.forgotten()]).toEqual([[[1, 1]], start])
})

test('counts what it holds, also after it was opened again', () => {
  const { db, journal } = journalOf()
  journal.append([aNote('a'), aNote('b'), aNote('c')], 5)
  journal.forget({ epoch: 1, seq: 1 })
  expect([journal.count(), createJournal(db).count()]).toEqual([2, 2])
})

test('finds a place by the index, however many events wait', () => {
  const { db, journal } = journalOf()
  const body = JSON.stringify(aNote('a'))
  db.exec(`WITH RECURSIVE n(seq) AS (SELECT 1 UNION ALL SELECT seq + 1 FROM n WHERE seq < 100000)
    INSERT INTO events SELECT 1, seq, 5, '${body}' FROM n`)
  const took = (seq: number) => {
    const from = performance.now()
    for (let n = 0; n < 20; n += 1) expect(journal.read({ epoch: 1, seq }, 10)).toHaveLength(10)
    return performance.now() - from
  }
  took(0)
  expect(took(99_000)).toBeLessThan(10 * took(0) + 20)
})

test('a cap forgets the oldest and remembers that it did', () => {
  const { journal } = journalOf()
  journal.append(
    Array.from({ length: 10 }, (_, n) => aNote(String(n))),
    5,
  )
  journal.cap(4)
  expect(placesIn(journal)).toHaveLength(4)
  expect(journal.forgotten()).toEqual({ epoch: 1, seq: 6 })
})
