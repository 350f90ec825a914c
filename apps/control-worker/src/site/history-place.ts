import { isLater, isNextStep, type Moment } from '@headframe/protocol'

/** How far the history of a relay is here, and the beats that came last. */
export interface HistoryPlace {
  /** All up to here is on disk, or marked as a gap. It moves on with the beats as long as they leave no hole. */
  readonly history: Moment | null
  /** The last beats that came one after the other: they join the history once it reaches the first of them. */
  readonly run: { readonly from: Moment; readonly through: Moment } | null
}

/** A beat is on disk. */
export function afterBeat({ history, run }: HistoryPlace, beat: Moment): HistoryPlace {
  const goesOn = run !== null && isNextStep(run.through, beat) && !isLater(run.through, beat)
  const longer = goesOn ? { from: run.from, through: beat } : { from: beat, through: beat }
  const joined = history !== null && (isNextStep(history, beat) || (goesOn && reaches(history, run.from)))
  return { history: joined ? beat : history, run: longer }
}

/**
 * The relay has sent all that it has between two moments, or says that there is nothing. `null` when that is not where
 * we are. Within an epoch `through` may be the earlier: the clock was set back in between.
 */
export function afterMarker(
  { history, run }: HistoryPlace,
  { from, through }: { from: Moment; through: Moment },
): HistoryPlace | null {
  if ((history !== null && isLater(from, history)) || from.epoch > through.epoch) return null
  const repeated = history !== null && isLater(history, through) && !isLater(from, through)
  const reached = repeated ? history : through
  const joins = run !== null && reaches(reached, run.from) && isLater(run.through, reached)
  return { history: joins ? run.through : reached, run }
}

const reaches = (history: Moment, from: Moment) => !isLater(from, history)
