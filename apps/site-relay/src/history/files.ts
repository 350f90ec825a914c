/** A file of history, by a name such as `20261120/0001763640000123-01763640000000.open`. */
interface HistoryFile {
  readonly name: string
  readonly bytes: number
}

/** The disk under the history. All of it throws `HistoryError`, and nothing else, when the disk does not do as it is told. */
export interface HistoryFiles {
  /** In no order. */
  readonly list: () => readonly HistoryFile[]
  /** Fewer bytes where the file ends. */
  readonly read: (name: string, from: number, bytes: number) => Uint8Array
  /** Writes at a place, makes the file when it is missing, and has the disk sync it. */
  readonly write: (name: string, from: number, bytes: Uint8Array) => void
  /** Cuts off what is behind so many bytes. */
  readonly cut: (name: string, bytes: number) => void
  readonly rename: (name: string, to: string) => void
  readonly remove: (name: string) => void
  readonly freeBytes: () => number
}

export type HistoryErrorCode = 'full' | 'unwritable'

/** The history could not be read or written. The message names the file and what the disk said. */
export class HistoryError extends Error {
  readonly code: HistoryErrorCode

  constructor(code: HistoryErrorCode, message: string, options: { readonly cause?: unknown } = {}) {
    super(message, options)
    this.name = 'HistoryError'
    this.code = code
  }
}
