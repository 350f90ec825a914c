import type { DatabaseSync } from 'node:sqlite'
import { join } from 'node:path'
import type { Vault } from '../keys/vault.ts'
import { createCommandStore, type CommandStore } from '../store/commands.ts'
import { createControlStore, type ControlStore } from '../store/controls.ts'
import { createCredentialStore, type CredentialStore } from '../store/credentials.ts'
import { createInventoryStore, type InventoryStore } from '../store/inventory.ts'
import { createLiveStore, type LiveStore } from '../store/live.ts'
import { createLeaseStore, type LeaseStore } from '../store/lease.ts'
import { createJournal, type Journal } from '../store/journal.ts'
import { createReplicaStore, type ReplicaStore } from '../store/replica.ts'
import { openStore } from '../store/open.ts'

/** All that is kept in `site.db`. */
export interface Stores {
  readonly db: DatabaseSync
  readonly journal: Journal
  readonly inventory: InventoryStore
  readonly live: LiveStore
  readonly commands: CommandStore
  readonly controls: ControlStore
  readonly credentials: CredentialStore
  readonly lease: LeaseStore
  readonly replica: ReplicaStore
}

export function openStores(dataDir: string, vault: Vault): Stores {
  return storesIn(openStore(join(dataDir, 'site.db')), vault)
}

/** @param db a database that is up to date */
export function storesIn(db: DatabaseSync, vault: Vault): Stores {
  return {
    db,
    journal: createJournal(db),
    inventory: createInventoryStore(db),
    live: createLiveStore(db),
    commands: createCommandStore(db),
    controls: createControlStore(db),
    credentials: createCredentialStore(db, vault),
    lease: createLeaseStore(db),
    replica: createReplicaStore(db),
  }
}
