import type { CommandResult, EventBody } from '@headframe/protocol'
import type { Inventory } from '../fleet/inventory.ts'
import { transaction } from '../store/open.ts'
import type { Stores } from './stores.ts'

/** Writes what happened together with its events: both are on disk, or none. */
export interface ChangeLog {
  /** Writes changes of the inventory that are not written yet; false when there are none. */
  readonly flush: () => boolean
  readonly result: (result: CommandResult) => void
  /** A result that was told before. */
  readonly repeat: (result: CommandResult) => void
  readonly note: (note: Omit<Extract<EventBody, { type: 'note' }>, 'type'>) => void
}

export interface ChangeLogDeps {
  readonly inventory: Inventory
  /** Epoch ms. */
  readonly now: () => number
  /** After events were written. */
  readonly onEvents: () => void
}

export function createChangeLog({ db, journal, commands, inventory: store }: Stores, deps: ChangeLogDeps): ChangeLog {
  function write(events: readonly EventBody[], effect: () => void): void {
    transaction(db, () => {
      effect()
      journal.append(events, deps.now())
    })
    deps.onEvents()
  }

  return {
    flush: () => {
      const { miners, cohorts } = deps.inventory.takeChanges()
      if (miners.length === 0 && cohorts.length === 0) return false
      const events = miners.map(miner => ({ type: 'miner' as const, miner }))
      write(events, () => {
        cohorts.forEach(store.saveCohort)
        miners.forEach(store.saveMiner)
      })
      return true
    },
    result: result => write([{ type: 'result', result }], () => commands.end(result)),
    repeat: result => write([{ type: 'result', result }], () => {}),
    note: note => write([{ type: 'note', ...note }], () => {}),
  }
}
