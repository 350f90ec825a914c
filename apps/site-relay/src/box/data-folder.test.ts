import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openDataFolder } from './data-folder.ts'

const made: string[] = []
afterEach(() => made.splice(0).forEach(dir => rmSync(dir, { recursive: true })))

function place(): { data: string; keys: string } {
  const dir = mkdtempSync(join(tmpdir(), 'headframe-box-'))
  made.push(dir)
  return { data: join(dir, 'data'), keys: join(dir, 'keys') }
}

test('a fresh folder becomes an installation, and is the same one when opened again', () => {
  const { data, keys } = place()
  const first = openDataFolder(data, keys)
  expect(openDataFolder(data, keys)).toEqual(first)
  expect(readdirSync(data).sort()).toEqual(['control', 'installation.json', 'log', 'relay', 'run'])
})

test('a folder with other files in it is refused, and nothing in it is touched', () => {
  const { data, keys } = place()
  mkdirSync(data)
  writeFileSync(join(data, 'thesis.txt'), 'mine')
  expect(() => openDataFolder(data, keys)).toThrow(/holds other files \(thesis.txt\)/)
})

test('the data of another installation is refused', () => {
  const [ours, theirs] = [place(), place()]
  openDataFolder(ours.data, ours.keys)
  openDataFolder(theirs.data, theirs.keys)
  expect(() => openDataFolder(theirs.data, ours.keys)).toThrow(/another installation/)
})

test('data without its keys, and keys without their data, are refused', () => {
  const { data, keys } = place()
  openDataFolder(data, keys)
  writeFileSync(join(keys, 'relay.key'), 'a key')
  expect(() => openDataFolder(data, `${keys}-elsewhere`)).toThrow(/its keys are not in/)
  expect(() => openDataFolder(`${data}-elsewhere`, keys)).toThrow(/whose data is not in/)
})

test('a key that is gone is missed, and not made anew', () => {
  const { data, keys } = place()
  openDataFolder(data, keys)
  writeFileSync(join(keys, 'vault.key'), '')
  expect(openDataFolder(data, keys).relay).toBe(join(data, 'relay'))
  writeFileSync(join(data, 'relay/site.db'), '')
  expect(() => openDataFolder(data, keys)).toThrow(/keys\/relay.key is missing. Restore it/)
})

test('a very first start that was killed half-way is begun again', () => {
  const { data, keys } = place()
  openDataFolder(data, keys)
  rmSync(join(data, 'installation.json'))
  expect(openDataFolder(data, keys).id).toBe(openDataFolder(data, keys).id)
})

test('a damaged installation.json is named', () => {
  const { data, keys } = place()
  openDataFolder(data, keys)
  writeFileSync(join(data, 'installation.json'), '{"product":')
  expect(() => openDataFolder(data, keys)).toThrow(/installation.json is damaged/)
})

test('a file in the place of the folder is named', () => {
  const { data, keys } = place()
  writeFileSync(data, '')
  expect(() => openDataFolder(data, keys)).toThrow(/there is a file in its place/)
})
