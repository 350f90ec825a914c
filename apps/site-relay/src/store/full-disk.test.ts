import { expect, test } from 'vitest'
import { aFound, anInfo } from '../fleet/builders.ts'
import { createInventory } from '../fleet/inventory.ts'
import { createChangeLog } from '../core/change-log.ts'
import { aNote, anOrder, controlOf } from './builders.ts'
import { createCommandStore } from './commands.ts'
import { createInventoryStore } from './inventory.ts'
import { createJournal } from './journal.ts'
import { openStore } from './open.ts'
import { createWriter } from './writer.ts'

/** A store whose disk can be filled: SQLite then refuses pages as on a full disk, with the same code (SQLITE_FULL). */
function fillable() {
  const db = openStore(':memory:')
  const journal = createJournal(db)
  journal.beginEpoch(0, () => 0)
  const log: string[] = []
  const writer = createWriter({ db, mark: journal.mark, changed: (disk, text) => log.push(`${disk}: ${text}`) })
  const commands = createCommandStore(db)
  const inventory = createInventory({ miners: [], cohorts: [] }, () => anInfo().id)
  const stores = { journal, commands, inventory: createInventoryStore(db) }
  const events: number[] = []
  const changes = createChangeLog(stores, {
    inventory,
    write: writer.write,
    now: () => 1,
    onEvents: () => events.push(1),
  })
  const fill = () => db.exec(`PRAGMA max_page_count = 1; PRAGMA cache_size = 1`)
  const free = () => db.exec('PRAGMA max_page_count = 1000000')
  const told = () => journal.read({ epoch: 0, seq: 0 }, 5000).map(event => event.seq)
  return { db, journal, writer, commands, inventory, stores, changes, log, events, fill, free, told }
}

const long = 'x'.repeat(500)
const note = (text: string) => ({ level: 'info' as const, code: 'test', text })

/** Notes until one no longer fits. */
function untilFull({ changes, writer, fill }: ReturnType<typeof fillable>): number {
  fill()
  let count = 0
  for (; writer.disk() === 'ok'; count += 1) changes.note(note(long))
  return count
}

test('[S1] [S3] on a full disk what happened waits, and is told in order and without a gap when there is space', () => {
  const site = fillable()
  const notes = untilFull(site)
  site.changes.note(note('later'))
  expect(site.told()).toHaveLength(notes - 1)
  site.free()
  site.changes.flush()
  expect(site.told()).toEqual(Array.from({ length: notes + 1 }, (_, index) => index + 1))
  expect(site.journal.read({ epoch: 0, seq: 0 }, 5000).at(-1)?.body).toMatchObject({ text: 'later' })
  expect(site.journal.count()).toBe(notes + 1)
})

test('a full disk is told once, and so is its end', () => {
  const site = fillable()
  untilFull(site)
  site.changes.note(note('again'))
  expect(site.log).toEqual([
    expect.stringMatching(/^full: site\.db: the disk is full; free some space; miners are read/),
  ])
  site.free()
  site.changes.flush()
  expect(site.log).toHaveLength(2)
  expect([site.log[1], site.writer.disk()]).toEqual(['ok: site.db can be written again', 'ok'])
})

test('miners that were found on a full disk are kept, and written later', () => {
  const site = fillable()
  untilFull(site)
  site.inventory.add(aFound(), 1)
  expect(site.changes.flush()).toBe(false)
  expect(site.stores.inventory.miners()).toEqual([])
  site.free()
  expect(site.changes.flush()).toBe(true)
  expect(site.stores.inventory.miners()).toEqual(site.inventory.all())
})

test('a result that cannot be written is not lost, and is written before what came after it', () => {
  const site = fillable()
  site.commands.add(controlOf(1), anOrder(), 1)
  untilFull(site)
  const outcome = { kind: 'done' as const, code: null, text: long, observed: {} }
  const { id, miner } = anOrder()
  site.changes.result({ id, miner, outcome, startedAt: 1, endedAt: 2 })
  expect(site.commands.find(id)?.result).toBeNull()
  site.changes.note(note('after'))
  site.free()
  site.changes.flush()
  expect(site.commands.find(id)?.result?.outcome).toEqual(outcome)
  const [result, after] = site.journal.read({ epoch: 0, seq: 0 }, 5000).slice(-2)
  expect([result?.body, after?.body]).toMatchObject([{ type: 'result' }, { type: 'note', text: 'after' }])
})

test('a disk that stays full costs no count of the events that wait', () => {
  const site = fillable()
  untilFull(site)
  const held = site.journal.count()
  site.db.exec('DROP TABLE events')
  expect(site.writer.write(() => raise(13))).toBe(false)
  expect(site.journal.count()).toBe(held)
})

test('a transaction that was undone takes no number', () => {
  const site = fillable()
  site.journal.append([aNote('first')], 1)
  const head = site.journal.head()
  const undo = () =>
    site.writer.write(() => {
      site.journal.append([aNote('second')], 1)
      raise(13)
    })
  expect(undo()).toBe(false)
  expect([site.journal.head(), site.journal.count()]).toEqual([head, 1])
})

/** As SQLite does when it has no space. */
function raise(errcode: number): never {
  throw Object.assign(new Error('no space'), { errcode })
}
