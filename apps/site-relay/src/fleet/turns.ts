/** What a schedule knows of each miner, as columns by row: no object per miner. Reassigned when they grow. */
export interface Turns {
  /** Monotonic ms; when the next poll should begin. */
  dueAt: Float64Array
  /** Monotonic ms; -Infinity before the first. */
  startedAt: Float64Array
  /** Cohort and slot in one number: the order on the grid. */
  place: Float64Array
  /** 0 to 1: the miner's own moment within the interval. */
  phase: Float64Array
  /** Failed polls in a row. */
  failures: Uint16Array
  flags: Uint8Array
  subnet: Int32Array
  family: Int32Array
  /** Position in the queue that holds it. */
  position: Int32Array
}

export const flag = {
  /** It is being polled. */
  out: 1,
  /** It is not to be polled. */
  gone: 2,
} as const

export function createTurns(rows = 64): Turns {
  return {
    dueAt: new Float64Array(rows),
    startedAt: new Float64Array(rows),
    place: new Float64Array(rows),
    phase: new Float64Array(rows),
    failures: new Uint16Array(rows),
    flags: new Uint8Array(rows),
    subnet: new Int32Array(rows),
    family: new Int32Array(rows),
    position: new Int32Array(rows),
  }
}

/** Doubles all columns in place. */
export function growTurns(turns: Turns): void {
  const grown = createTurns(turns.flags.length * 2)
  grown.dueAt.set(turns.dueAt)
  grown.startedAt.set(turns.startedAt)
  grown.place.set(turns.place)
  grown.phase.set(turns.phase)
  grown.failures.set(turns.failures)
  grown.flags.set(turns.flags)
  grown.subnet.set(turns.subnet)
  grown.family.set(turns.family)
  grown.position.set(turns.position)
  Object.assign(turns, grown)
}

/** A number of a column; every row that is asked for exists. */
export const at = (column: Float64Array | Int32Array | Uint16Array | Uint8Array, row: number): number =>
  column[row] ?? 0

export const has = (turns: Turns, row: number, bit: number): boolean => (at(turns.flags, row) & bit) !== 0

export function mark(turns: Turns, row: number, to: { readonly bit: number; readonly on: boolean }): void {
  turns.flags[row] = to.on ? at(turns.flags, row) | to.bit : at(turns.flags, row) & ~to.bit
}
