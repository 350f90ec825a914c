import { at, type Turns } from './turns.ts'

/** Rows by when they are due, then by place: a binary heap over the columns. A row is in one queue at a time. */
export interface TurnQueue {
  readonly size: () => number
  /** The first row; -1 when empty. */
  readonly first: () => number
  readonly push: (row: number) => void
  readonly remove: (row: number) => void
  readonly holds: (row: number) => boolean
}

export function createTurnQueue(turns: Turns): TurnQueue {
  const rows: number[] = []
  const rowAt = (index: number) => rows[index] ?? -1

  function isBefore(a: number, b: number): boolean {
    const apart = at(turns.dueAt, a) - at(turns.dueAt, b)
    return apart === 0 ? at(turns.place, a) < at(turns.place, b) : apart < 0
  }

  function put(row: number, index: number): void {
    rows[index] = row
    turns.position[row] = index
  }

  function rise(row: number, from: number): number {
    let index = from
    while (index > 0) {
      const parent = (index - 1) >> 1
      if (!isBefore(row, rowAt(parent))) break
      put(rowAt(parent), index)
      index = parent
    }
    put(row, index)
    return index
  }

  function sink(row: number, from: number): void {
    let index = from
    for (;;) {
      const left = 2 * index + 1
      if (left >= rows.length) break
      const right = left + 1
      const child = right < rows.length && isBefore(rowAt(right), rowAt(left)) ? right : left
      if (!isBefore(rowAt(child), row)) break
      put(rowAt(child), index)
      index = child
    }
    put(row, index)
  }

  const holds = (row: number) => rows[at(turns.position, row)] === row
  return {
    size: () => rows.length,
    first: () => rowAt(0),
    holds,
    push: row => {
      rows.push(row)
      rise(row, rows.length - 1)
    },
    remove: row => {
      if (!holds(row)) return
      const index = at(turns.position, row)
      const last = rows.pop() ?? -1
      if (last !== row) sink(last, rise(last, index))
    },
  }
}
