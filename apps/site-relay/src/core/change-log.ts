import type { CommandResult, EventBody } from '@headframe/protocol'
import type { Inventory } from '../fleet/inventory.ts'
import type { Writer } from '../store/writer.ts'
import type { Stores } from './stores.ts'

/** Writes what happened together with its events: both are on disk, or none. */
export interface ChangeLog {
  /** Writes changes of the inventory that are not written yet; false when there are none. */
  readonly flush: () => boolean
  /** Waits in memory while the disk takes nothing: as many as there can be commands under way. */
  readonly result: (result: CommandResult) => void
  /** A result that was told before. */
  readonly repeat: (result: CommandResult) => void
  readonly note: (note: Omit<Extract<EventBody, { type: 'note' }>, 'type'>) => void
}

export interface ChangeLogDeps {
  readonly inventory: Inventory
  readonly write: Writer['write']
  /** Epoch ms. */
  readonly now: () => number
  /** After events were written. */
  readonly onEvents: () => void
}

export function createChangeLog(
  { journal, commands, inventory: store }: Pick<Stores, 'journal' | 'commands' | 'inventory'>,
  deps: ChangeLogDeps,
): ChangeLog {
  /** What happened and is not on disk yet, oldest first. Empty but for a disk that is full. */
  const waiting: Happening[] = []

  function write({ events, effect }: Happening): boolean {
    const written = deps.write(() => {
      effect()
      journal.append(events, deps.now())
    })
    if (written) deps.onEvents()
    return written
  }

  function writeWaiting(): boolean {
    for (let head = waiting[0]; head; head = waiting[0]) {
      if (!write(head)) return false
      waiting.shift()
    }
    return true
  }

  function happened(event: EventBody, effect: () => void): void {
    waiting.push({ events: [event], effect })
    writeWaiting()
  }

  return {
    flush: () => {
      if (!writeWaiting()) return false
      const { miners, cohorts } = deps.inventory.changes()
      if (miners.length === 0 && cohorts.length === 0) return false
      const events = miners.map(miner => ({ type: 'miner' as const, miner }))
      const effect = () => {
        cohorts.forEach(store.saveCohort)
        miners.forEach(store.saveMiner)
      }
      if (!write({ events, effect })) return false
      deps.inventory.changesWritten()
      return true
    },
    result: result => happened({ type: 'result', result }, () => commands.end(result)),
    repeat: result => happened({ type: 'result', result }, () => {}),
    note: note => {
      if (waiting.length < mostWaiting) happened({ type: 'note', ...note }, () => {})
    },
  }
}

interface Happening {
  readonly events: readonly EventBody[]
  readonly effect: () => void
}

/** Notes beyond this are not made while the disk is full; results are few and always kept. */
const mostWaiting = 1000
