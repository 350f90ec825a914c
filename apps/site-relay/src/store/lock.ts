import { DatabaseSync } from 'node:sqlite'
import { StoreError, storeErrorOf } from './store-error.ts'

/** Holds a data folder for one process: a second one is refused. The lock ends with the process, however it ends. */
export function lockData(path: string): Disposable {
  const db = open(path)
  return { [Symbol.dispose]: () => db.close() }
}

function open(path: string): DatabaseSync {
  try {
    const db = new DatabaseSync(path)
    db.exec('PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE')
    return db
  } catch (error) {
    const said = storeErrorOf(error, path)
    if (said instanceof StoreError && said.code === 'busy') {
      throw new StoreError('busy', `${path}: another relay is running on this data; end it first`, { cause: error })
    }
    throw said
  }
}
