import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import type { Vault } from '../keys/vault.ts'

export interface Credential {
  readonly user: string
  readonly password: string
}

/** Logins of miners, one for each driver, encrypted [X1]. Absent: the vendor's own. */
export interface CredentialStore {
  /** By driver. */
  readonly all: () => Readonly<Record<string, Credential>>
  readonly set: (driver: string, credential: Credential) => void
}

export function createCredentialStore(db: DatabaseSync, vault: Vault): CredentialStore {
  return {
    all: () => {
      const rows = db.prepare('SELECT driver, user, sealed FROM credentials').all()
      return Object.fromEntries(rows.map(row => opened(credentialRow.parse(row), vault)))
    },
    set: (driver, { user, password }) => {
      const sealed = vault.seal(password, bindingOf(driver, user))
      db.prepare(
        `INSERT INTO credentials (driver, user, sealed) VALUES (?, ?, ?)
         ON CONFLICT (driver) DO UPDATE SET user = excluded.user, sealed = excluded.sealed`,
      ).run(driver, user, sealed)
    },
  }
}

/** A sealed password opens only where it was stored: it cannot be moved to another driver or user. */
const bindingOf = (driver: string, user: string) => `credential\n${driver}\n${user}`

function opened({ driver, user, sealed }: z.infer<typeof credentialRow>, vault: Vault): [string, Credential] {
  return [driver, { user, password: vault.open(sealed, bindingOf(driver, user)) }]
}

const credentialRow = z.object({ driver: z.string(), user: z.string(), sealed: z.instanceof(Uint8Array) })
