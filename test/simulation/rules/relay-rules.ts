import { after, type Cursor } from '@headframe/protocol'
import type { DatabaseSync } from 'node:sqlite'
import type { Stores } from '../../../apps/site-relay/src/core/stores.ts'
import type { CommandRules } from './command-rules.ts'
import type { Ledger } from './ledger.ts'

/** Watches the disk of a relay: looked at after each write that was committed. */
export interface RelayRules {
  readonly wrote: (sql: string) => void
  readonly started: (stores: Stores, restored: boolean) => void
  readonly forgotten: () => Cursor
}

export interface RelayRulesDeps {
  readonly box: string
  readonly ledger: Ledger
  readonly commands: CommandRules
  /** What each control that this relay serves ever had on its disk. */
  readonly furthest: () => readonly Cursor[]
  readonly violated: (rule: string, text: string) => void
}

export function createRelayRules({ box, ledger, commands, furthest, violated }: RelayRulesDeps): RelayRules {
  let db: DatabaseSync | null = null
  const changed = { events: false, commands: false, forgotten: false }
  let forgotten: Cursor = { epoch: 0, seq: 0 }

  function committed(on: DatabaseSync): void {
    if (changed.events) ledger.read(on)
    if (changed.commands) commands.journaled(box, on)
    if (changed.forgotten) {
      forgotten = forgottenOf(on)
      const needed = furthest().find(cursor => after(forgotten, cursor))
      if (needed) violated('S1', `the relay forgot up to ${show(forgotten)}, a control has ${show(needed)}`)
    }
    changed.events = changed.commands = changed.forgotten = false
  }

  return {
    wrote: sql => {
      changed.events ||= /INTO events/.test(sql)
      changed.forgotten ||= /(FROM events|UPDATE forgotten)/.test(sql)
      changed.commands ||= /(INTO|UPDATE|FROM) commands/.test(sql)
      if (db && !db.isTransaction) committed(db)
    },
    started: (stores, restored) => {
      db = stores.db
      forgotten = forgottenOf(stores.db)
      changed.events = changed.commands = changed.forgotten = false
      if (restored) {
        ledger.reread(stores.db)
        commands.boxRestored(box, stores.db)
      } else {
        ledger.read(stores.db)
        commands.journaled(box, stores.db)
      }
    },
    forgotten: () => forgotten,
  }
}

function forgottenOf(db: DatabaseSync): Cursor {
  const row = db.prepare('SELECT epoch, seq FROM forgotten').get()
  return { epoch: Number(row?.['epoch']), seq: Number(row?.['seq']) }
}

const show = ({ epoch, seq }: Cursor) => `${epoch}/${seq}`
