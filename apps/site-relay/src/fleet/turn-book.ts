import type { MinerId } from '@headframe/protocol'
import { at, createTurns, growTurns, type Turns } from './turns.ts'

/** Which miner is in which row. A miner keeps its row, and with it when it was last polled. */
export interface TurnBook {
  readonly turns: Turns
  /** -1 for none. */
  readonly rowOf: (miner: MinerId) => number
  readonly minerOf: (row: number) => MinerId | null
  readonly open: (miner: MinerId) => number
  readonly count: () => number
}

export function createTurnBook(): TurnBook {
  const turns = createTurns()
  const rows = new Map<MinerId, number>()
  const miners: MinerId[] = []
  return {
    turns,
    rowOf: miner => rows.get(miner) ?? -1,
    minerOf: row => miners[row] ?? null,
    open: miner => {
      const row = miners.push(miner) - 1
      if (row >= turns.flags.length) growTurns(turns)
      rows.set(miner, row)
      turns.startedAt[row] = -Infinity
      return row
    },
    count: () => miners.length,
  }
}

/** More rows than a relay has: a place and its row fit one number. */
const mostRows = 2 ** 20

/** Deals miners their moments within the interval, in the order of slots, so that what changes together is sent together. */
export function dealPhases({ turns, count }: TurnBook, isDealt: (row: number) => boolean): void {
  const places = Float64Array.from({ length: count() }, (_, row) => at(turns.place, row) * mostRows + row).sort()
  places.forEach((place, rank) => {
    const row = place % mostRows
    if (isDealt(row)) turns.phase[row] = rank / count()
  })
}
