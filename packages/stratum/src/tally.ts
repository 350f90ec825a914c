/** Shares of one kind: how many, and the work that they stand for. */
export interface Tally {
  readonly count: number
  /** Sum of the difficulties that are known. */
  readonly difficulty: number
  /** Shares whose difficulty is not known: they are missing in the sum. */
  readonly withoutDifficulty: number
}

export const emptyTally: Tally = { count: 0, difficulty: 0, withoutDifficulty: 0 }

export function addShare(tally: Tally, difficulty: number | null): Tally {
  return {
    count: tally.count + 1,
    difficulty: tally.difficulty + (difficulty ?? 0),
    withoutDifficulty: tally.withoutDifficulty + (difficulty === null ? 1 : 0),
  }
}
