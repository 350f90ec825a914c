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

/** Watches wall time against monotonic time: one that moved without the other was set [T3]. */
export function createClockWatch(): (clocks: Clocks) => ClockStep {
  let before: number | null = null
  return ({ now, monotonic }) => {
    const offset = now - monotonic
    const jump = before === null ? 0 : offset - before
    before = offset
    return Math.abs(jump) <= jumpMs ? 'steady' : jump > 0 ? 'forward' : 'back'
  }
}
