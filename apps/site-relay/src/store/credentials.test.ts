import { expect, test } from 'vitest'
import { createVault } from '../keys/vault.ts'
import { createCredentialStore } from './credentials.ts'
import { openStore } from './open.ts'

const vault = createVault(new Uint8Array(32).fill(1))

test('[X1] a password is encrypted at rest, and opens with the key of the box', () => {
  const db = openStore(':memory:')
  const store = createCredentialStore(db, vault)
  store.set('antminer-stock', { user: 'root', password: 'hunter2-hunter2' })
  expect(store.all()).toEqual({ 'antminer-stock': { user: 'root', password: 'hunter2-hunter2' } })
  const row = db.prepare('SELECT * FROM credentials').get()
  expect(Buffer.from(JSON.stringify(row)).includes('hunter2')).toBe(false)
  expect(Buffer.from(Object.values(row ?? {}).join()).includes('hunter2')).toBe(false)
})

test('[X1] a stored password opens with no other key, and for no other driver', () => {
  const db = openStore(':memory:')
  createCredentialStore(db, vault).set('antminer-stock', { user: 'root', password: 'hunter2-hunter2' })
  const other = createCredentialStore(db, createVault(new Uint8Array(32).fill(2)))
  expect(() => other.all()).toThrow(/does not open with the key of this box/)
  db.exec("UPDATE credentials SET driver = 'bitaxe'")
  expect(() => createCredentialStore(db, vault).all()).toThrow(/does not open/)
})

test('the same password is never sealed to the same bytes', () => {
  expect(vault.seal('secret', 'a')).not.toEqual(vault.seal('secret', 'a'))
})
