import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { anInfo } from '../fleet/builders.ts'
import { createInventoryStore } from './inventory.ts'
import { lockData } from './lock.ts'
import { migrations } from './migrations.ts'
import { openStore, transaction } from './open.ts'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'headframe-store-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

test('what was written is there after it is opened again', () => {
  const path = join(folder(), 'site.db')
  const db = openStore(path)
  createInventoryStore(db).saveMiner(anInfo())
  createInventoryStore(db).saveCohort({ cohort: 0, driver: 'bitaxe', slots: 1 })
  db.close()
  const again = openStore(path)
  const store = createInventoryStore(again)
  expect([store.miners(), store.cohorts()]).toEqual([[anInfo()], [{ cohort: 0, driver: 'bitaxe', slots: 1 }]])
  again.close()
})

test('syncs at each commit and writes ahead', () => {
  const db = openStore(join(folder(), 'site.db'))
  expect(db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 })
  expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
  db.close()
})

test('a transaction that throws leaves nothing behind', () => {
  const db = openStore(':memory:')
  const failing = () =>
    transaction(db, () => {
      createInventoryStore(db).saveMiner(anInfo())
      throw new Error('half way')
    })
  expect(failing).toThrow('half way')
  expect(createInventoryStore(db).miners()).toEqual([])
})

test('a damaged file, one of a newer release, and a folder that is not there are named', () => {
  const dir = folder()
  writeFileSync(join(dir, 'broken.db'), 'this is no database, however long it is. '.repeat(100))
  expect(() => openStore(join(dir, 'broken.db'))).toThrow(/broken.db: is no database; restore it from a backup/)
  const newer = openStore(join(dir, 'newer.db'))
  newer.exec(`PRAGMA user_version = ${migrations.length + 1}`)
  newer.close()
  expect(() => openStore(join(dir, 'newer.db'))).toThrow(/was written by a newer release/)
  expect(() => openStore(join(dir, 'nowhere', 'site.db'))).toThrow(/cannot be opened; check that the folder exists/)
})

test('a data folder is for one process at a time', () => {
  const path = join(folder(), 'core.lock')
  const lock = lockData(path)
  expect(() => lockData(path)).toThrow(/another relay is running on this data/)
  lock[Symbol.dispose]()
  lockData(path)[Symbol.dispose]()
})
