import type { CapturedMessage, MessageFilter } from '@headframe/protocol'
import type { Entry } from './entry.ts'
import { matcherOf } from './filter.ts'
import type { PageQuery } from './segment.ts'

export interface SearchQuery {
  readonly filter: MessageFilter
  /** Exclusive. */
  readonly before: number
  readonly limit: number
}

export interface SearchDeps {
  readonly page: (query: PageQuery) => readonly Entry[]
  readonly nowMs: () => number
  /** Lets others have their turn. */
  readonly pause: () => Promise<void>
}

export interface Found {
  readonly messages: readonly CapturedMessage[]
  /** There may be older ones. */
  readonly more: boolean
  /** `before` for what follows. */
  readonly before: number
}

/** Looks through the store from the newest on, a page at a time, until enough is found or `searchMs` are over. */
export async function searchMessages(query: SearchQuery, deps: SearchDeps): Promise<Found> {
  const matches = matcherOf(query.filter)
  const deadline = deps.nowMs() + searchMs
  const session = query.filter.session ?? null
  const messages: CapturedMessage[] = []
  let { before } = query
  while (messages.length < query.limit) {
    if (deps.nowMs() > deadline) return { messages, more: true, before }
    const page = deps.page({ session, before, limit: pageRows })
    const found = page.filter(matches).slice(0, query.limit - messages.length)
    messages.push(...found.map(entry => entry.message))
    const isFull = messages.length === query.limit
    before = (isFull ? found : page).at(-1)?.message.seq ?? before
    if (page.length < pageRows && !isFull) return { messages, more: false, before }
    await deps.pause()
  }
  return { messages, more: true, before }
}

/** A page takes about 2 ms, for which nothing is captured. */
const pageRows = 200
const searchMs = 2000
