import type { DatabaseSync } from 'node:sqlite'
import { transaction } from './open.ts'
import { StoreError, storeErrorOf } from './store-error.ts'

/** Writes of a running core. A disk that is full, or takes nothing for another reason, does not end it. */
export interface Writer {
  /** Runs `write` as one transaction. False when the disk took nothing of it: it may be tried again, and should be. */
  readonly write: (write: () => void) => boolean
  /** As the last write found it. */
  readonly disk: () => 'ok' | 'full'
}

export interface WriterDeps {
  readonly db: DatabaseSync
  /** Called before each transaction: what it gives is called when that was undone. */
  readonly mark: () => () => void
  /** The disk filled up, or takes writes again: one line for the log. */
  readonly changed: (disk: 'ok' | 'full', text: string) => void
}

export function createWriter({ db, mark, changed }: WriterDeps): Writer {
  let disk: 'ok' | 'full' = 'ok'

  function found(now: 'ok' | 'full', text: string): void {
    if (now === disk) return
    disk = now
    changed(now, text)
  }

  return {
    write: write => {
      const undo = mark()
      try {
        transaction(db, write)
      } catch (error) {
        undo()
        const said = storeErrorOf(error, 'site.db')
        if (!(said instanceof StoreError) || !waitsForSpace.has(said.code)) throw error
        found('full', `${said.message}; miners are read on, and no command is taken until it can be written`)
        return false
      }
      found('ok', 'site.db can be written again')
      return true
    },
    disk: () => disk,
  }
}

const waitsForSpace: ReadonlySet<StoreError['code']> = new Set(['full', 'unwritable'])
