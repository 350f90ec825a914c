import { isLater, type Moment } from '@headframe/protocol'
import { tablesOf, type PastTable } from './cohort-frames.ts'
import type { Shelf } from './shelf.ts'

export interface HistoryQuery {
  readonly cohort: number
  readonly from: Moment
  /** The last moment that is wanted. */
  readonly through: Moment
}

/** One table of the past, and in which epoch it was so. */
export interface Past extends PastTable {
  readonly epoch: number
}

/** The tables of one cohort, oldest first, as far as they are held and can be read. */
export function* readHistory(shelf: Shelf, { cohort, from, through }: HistoryQuery): Generator<Past> {
  const wanted = shelf.held().filter(({ first, last }) => !isLater(from, last) && !isLater(first, through))
  for (const segment of wanted) {
    const { epoch } = segment.first
    for (const { at, table } of tablesOf(shelf.minutes(segment), cohort)) {
      const moment = { epoch, at }
      if (!isLater(from, moment) && !isLater(moment, through)) yield { epoch, at, table }
    }
  }
}
