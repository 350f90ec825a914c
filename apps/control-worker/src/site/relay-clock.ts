import type { RelayState } from './relay-book.ts'

/** Less is what a message takes on its way. */
const leastOffsetMs = 2000
/** A difference that is known is followed when it changes by more than this. */
const driftMs = 5000

/** What a relay's clock says as a link begins. */
export function clockOfHello(relayNow: number, now: number): Pick<RelayState, 'clockOffsetMs' | 'clockSampleMs'> {
  return { clockOffsetMs: offsetOf(relayNow - now), clockSampleMs: relayNow - now }
}

/**
 * What the time of a beat says. A message that was long on its way looks like a clock that is behind, and never like
 * one that is ahead: so one beat is enough to see that it went forward, and two that it went back.
 */
export function clockOfBeat(
  state: Pick<RelayState, 'clockOffsetMs' | 'clockSampleMs'>,
  { at, now }: { at: number; now: number },
): Pick<RelayState, 'clockOffsetMs' | 'clockSampleMs'> {
  const seen = Math.max(state.clockSampleMs, at - now)
  const moved = Math.abs(seen - state.clockOffsetMs) > driftMs
  return { clockOffsetMs: moved ? offsetOf(seen) : state.clockOffsetMs, clockSampleMs: at - now }
}

const offsetOf = (differenceMs: number) => (Math.abs(differenceMs) > leastOffsetMs ? differenceMs : 0)
