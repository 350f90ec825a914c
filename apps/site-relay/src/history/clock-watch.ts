/** What became of the wall clock since the last look. */
export type ClockStep = 'steady' | 'forward' | 'back'

export interface Clocks {
  /** Wall time, epoch ms. */
  readonly now: number
  /** Monotonic ms. */
  readonly monotonic: number
}

/** More than what is slewed between two looks, and less than what anybody sets by hand. */
const jumpMs = 2000

/** Watches wall time against monotonic time, from a first look on: one that moved without the other was set [T3]. */
export function createClockWatch(first: Clocks): (clocks: Clocks) => ClockStep {
  let before = first.now - first.monotonic
  return ({ now, monotonic }) => {
    const offset = now - monotonic
    const jump = offset - before
    before = offset
    return Math.abs(jump) <= jumpMs ? 'steady' : jump > 0 ? 'forward' : 'back'
  }
}
