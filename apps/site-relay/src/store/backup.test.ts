import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  renameSync,
  closeSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, onTestFinished, test } from 'vitest'
import { anInfo, idOf } from '../fleet/builders.ts'
import { makeBackup, openOrRestore } from './backup.ts'
import { createInventoryStore } from './inventory.ts'
import { openStore } from './open.ts'

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'headframe-backup-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

/** Overwrites the middle of a file, page after page, as a dying disk does. */
function damage(path: string): void {
  const file = openSync(path, 'r+')
  const noise = Buffer.alloc(4096, 0xa5)
  for (let at = 4096; at < statSync(path).size; at += 4096) writeSync(file, noise, 0, 4096, at)
  closeSync(file)
}

/** A database with one miner, closed; `save` adds another. */
function aStore(path = join(folder(), 'site.db')) {
  const save = (n: number) => {
    const db = openStore(path)
    createInventoryStore(db).saveMiner(anInfo({ id: idOf(n), slot: n }))
    return db
  }
  save(1).close()
  return { path, save }
}

const minersIn = (db: ReturnType<typeof openStore>) =>
  createInventoryStore(db)
    .miners()
    .map(({ slot }) => slot)

test('a database with a corrupt page is put aside, and its copy takes its place', async () => {
  const { path, save } = aStore()
  const db = save(2)
  await makeBackup(db, path)
  db.close()
  save(3).close()
  damage(path)
  const { db: again, restored } = openOrRestore(path)
  expect(minersIn(again)).toEqual([1, 2])
  again.close()
  expect(existsSync(restored?.damaged ?? '')).toBe(true)
  expect(() => openStore(restored?.damaged ?? '')).toThrow(/is damaged/)
})

test('a loss of power between putting the damaged one aside and the copy costs nothing', async () => {
  const { path, save } = aStore()
  const db = save(2)
  await makeBackup(db, path)
  damage(path)
  // As the first half of it leaves the folder: the log of the damaged one is still there.
  const aside = join(dirname(path), 'damaged')
  mkdirSync(aside)
  renameSync(path, join(aside, 'site.db'))
  expect(existsSync(`${path}-wal`)).toBe(true)
  const { db: again, restored } = openOrRestore(path)
  expect([minersIn(again), restored?.damaged]).toEqual([[1, 2], join(aside, 'site.db')])
  expect(existsSync(join(aside, 'site.db-wal'))).toBe(true)
  again.close()
  db.close()
})

test('an empty file in place of a database gives way to its copy; without a copy a new one begins', async () => {
  const { path, save } = aStore()
  const db = save(2)
  await makeBackup(db, path)
  db.close()
  writeFileSync(path, '')
  const { db: again, restored } = openOrRestore(path)
  expect([minersIn(again), restored?.damaged]).toEqual([[1, 2], null])
  again.close()
  const { db: first, restored: nothing } = openOrRestore(join(folder(), 'site.db'))
  expect([minersIn(first), nothing]).toEqual([[], null])
  first.close()
})

test('a copy that is damaged as well gives way to the one before', async () => {
  const { path, save } = aStore()
  const db = save(2)
  await makeBackup(db, path)
  createInventoryStore(db).saveMiner(anInfo({ id: idOf(3), slot: 3 }))
  await makeBackup(db, path)
  db.close()
  damage(path)
  damage(`${path}.backup`)
  const { db: again } = openOrRestore(path)
  expect(minersIn(again)).toEqual([1, 2])
  again.close()
})

test('copies of a database that was damaged meanwhile do not take the places of whole ones', async () => {
  const { path, save } = aStore()
  const db = save(2)
  await makeBackup(db, path)
  db.close()
  save(3).close()
  damage(path)
  const damaged = new DatabaseSync(path)
  await expect(makeBackup(damaged, path)).rejects.toThrow(/is damaged/)
  await expect(makeBackup(damaged, path)).rejects.toThrow(/is damaged/)
  damaged.close()
  expect(readdirSync(dirname(path)).filter(name => name.includes('backup'))).toEqual(['site.db.backup'])
  const { db: again } = openOrRestore(path)
  expect(minersIn(again)).toEqual([1, 2])
  again.close()
})

test('without a copy a damaged database stays where it is, and is named', () => {
  const { path } = aStore()
  damage(path)
  expect(() => openOrRestore(path)).toThrow(/is damaged .*restore it from a backup/)
  expect(existsSync(path)).toBe(true)
})

test('a copy that cannot be made leaves the one before as it was', async () => {
  const { path, save } = aStore()
  const db = save(2)
  await makeBackup(db, path)
  createInventoryStore(db).saveMiner(anInfo({ id: idOf(3), slot: 3 }))
  mkdirSync(`${path}.backup.new`)
  await expect(makeBackup(db, path)).rejects.toThrow(/unable to open/)
  db.close()
  const copy = openStore(`${path}.backup`)
  expect(minersIn(copy)).toEqual([1, 2])
  copy.close()
})

test('[S1] a write that was torn by a loss of power takes nothing else with it', () => {
  const { path, save } = aStore()
  const db = save(2)
  const whole = statSync(`${path}-wal`).size
  createInventoryStore(db).saveMiner(anInfo({ id: idOf(3), slot: 3 }))
  const torn = join(folder(), 'site.db')
  for (const part of ['', '-wal']) copyFileSync(`${path}${part}`, `${torn}${part}`)
  db.close()
  // Half of the last commit's frames reached the disk.
  truncateSync(`${torn}-wal`, Math.floor((whole + statSync(`${torn}-wal`).size) / 2))
  const { db: again, restored } = openOrRestore(torn)
  expect([minersIn(again), restored]).toEqual([[1, 2], null])
  again.close()
})
