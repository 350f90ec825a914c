export type StoreErrorCode = 'corrupt' | 'newer' | 'busy' | 'full' | 'unwritable'

/** The relay's own data cannot be read or written. The message is one line that says what to do. */
export class StoreError extends Error {
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options)
    this.name = 'StoreError'
    this.code = code
  }
}

/** Primary result codes of SQLite (sqlite.org/rescode.html). */
const meanings: Readonly<Record<number, readonly [StoreErrorCode, string]>> = {
  5: ['busy', 'is in use by another process; end it first'],
  6: ['busy', 'is in use by another process; end it first'],
  8: ['unwritable', 'cannot be written; check its owner and mode'],
  10: ['unwritable', 'cannot be read or written; check the disk'],
  11: ['corrupt', 'is damaged; restore it from a backup'],
  13: ['full', 'the disk is full; free some space'],
  14: ['unwritable', 'cannot be opened; check that the folder exists and may be written'],
  23: ['unwritable', 'may not be opened; check its owner and mode'],
  26: ['corrupt', 'is no database; restore it from a backup'],
}

/** What an error of SQLite means to the person who runs the relay; anything else is passed on. */
export function storeErrorOf(error: unknown, path: string): unknown {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return error
  // The low byte is the primary code, the rest says more.
  const meaning = meanings[error.errcode & 255]
  return meaning ? new StoreError(meaning[0], `${path}: ${meaning[1]}`, { cause: error }) : error
}
