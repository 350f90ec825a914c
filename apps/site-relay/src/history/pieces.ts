import { isLater, longestStepMs, type GapReason, type Moment } from '@headframe/protocol'
import type { Held, Shelf } from './shelf.ts'

/** What comes next in history after a moment. */
export type Piece =
  | { readonly kind: 'rows'; readonly segment: Held }
  /** There is nothing up to and with `through`, and never will be. */
  | { readonly kind: 'gap'; readonly through: Moment; readonly reason: GapReason }
  /** Nothing more is held, and nothing is missing. */
  | { readonly kind: 'end' }

/** What was written last, and why nothing is being written since; `null` when there is no reason why. */
export interface Tip {
  readonly last: Moment | null
  readonly before: GapReason | null
}

export interface Question {
  /** `null` for what has nothing yet: it starts with the oldest that is held. */
  readonly after: Moment | null
  readonly upTo: Moment
}

/** Segments that are looked into in one call, when all of them turn out to be damaged. */
const segmentsAtOnce = 16

/**
 * The next piece up to a moment. Ask for the next one after the last that this one brought; `null` is to be asked again.
 * Throws `HistoryError` while the disk cannot tell.
 */
export function nextPiece(shelf: Shelf, tip: Tip, question: Question): Piece | null {
  for (let looked = 0; looked < segmentsAtOnce; looked++) {
    const piece = pieceFrom(shelf, tip, question)
    if (piece) return piece
  }
  return null
}

/** `null` when a segment turned out to be damaged, which is known from now on: what comes after it is the answer. */
function pieceFrom(shelf: Shelf, tip: Tip, { after, upTo }: Question): Piece | null {
  const segment = shelf
    .held()
    .find(({ first, readable }) => readable && (!after || isLater(readable, after)) && !isLater(first, upTo))
  if (after === null || (segment && !isLater(segment.first, after))) {
    return segment ? { kind: 'rows', segment } : { kind: 'end' }
  }
  if (!segment) return gapBefore(shelf, { after, next: upTo, through: upTo, ...tip }) ?? { kind: 'end' }
  const header = shelf.header(segment)
  if (!header) return null
  const { first } = segment
  const through = { epoch: first.epoch, at: first.at - 1 }
  const gap = gapBefore(shelf, { after, next: first, through, last: header.previous, before: header.before })
  return gap ?? { kind: 'rows', segment }
}

interface Hole extends Tip {
  readonly after: Moment
  readonly next: Moment
  readonly through: Moment
}

/** What was written and is gone comes first, then what never was: less than a step of beats of that is no gap. */
function gapBefore(shelf: Shelf, { after, next, through, last, before }: Hole): Piece | null {
  const isGone = last !== null && isLater(last, after) && !isLater(last, next)
  if (isGone) return { kind: 'gap', through: last, reason: whyGone(shelf, after, last) }
  return isWide(after, next) ? { kind: 'gap', through, reason: before ?? 'stopped' } : null
}

/** In wall time, as people see it: a clock that was set back leaves no gap. */
const isWide = (from: Moment, to: Moment) => to.at - from.at > longestStepMs

/** A file that is still there was damaged; one that is not was deleted to make room. */
function whyGone(shelf: Shelf, after: Moment, last: Moment): GapReason {
  const isDamaged = shelf.held().some(segment => isLater(segment.last, after) && !isLater(segment.first, last))
  return isDamaged ? 'disk' : 'budget'
}
