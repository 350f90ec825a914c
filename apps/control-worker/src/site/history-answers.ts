import type { SiteHistory } from '@headframe/protocol'
import { readHistory, type HistorySpan } from './history-read.ts'
import type { RelayBook } from './relay-book.ts'

/** The history of a site, read once for all that ask for the same of it: after a restart every page asks at once. */
export interface HistoryAnswers {
  /** To the minute. */
  of(span: HistorySpan): SiteHistory
  /** There is more of it, or a relay less. */
  changed(): void
}

/** Pages show a few spans, and an answer has up to 1,500 points. */
const mostKept = 4
const minuteMs = 60_000
const toMinute = (at: number) => at - (at % minuteMs)

export function createHistoryAnswers(deps: { sql: SqlStorage; book: RelayBook; now: () => number }): HistoryAnswers {
  const kept = new Map<string, SiteHistory>()
  return {
    of(asked) {
      const now = deps.now()
      const span = { from: toMinute(asked.from), to: toMinute(asked.to) }
      // What is missing until now is told too.
      const key = [span.from, span.to, toMinute(now)].join()
      const known = kept.get(key)
      if (known !== undefined) return known
      const answer = readHistory(deps.sql, sourcesOf(deps.book), { ...span, now })
      const [oldest] = kept.keys()
      if (kept.size >= mostKept && oldest !== undefined) kept.delete(oldest)
      kept.set(key, answer)
      return answer
    },
    changed: () => kept.clear(),
  }
}

const sourcesOf = (book: RelayBook) =>
  book.all().flatMap(({ id, ring }) => (ring === null ? [] : [{ relay: id, ring: ring.id, addedAt: book.addedAt(id) }]))
