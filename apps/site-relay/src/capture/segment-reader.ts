import type { Entry } from './entry.ts'
import { isCorrupt, type SegmentFolder } from './segment-folder.ts'
import { openSegment, type PageQuery, type Segment } from './segment.ts'

/** Reads captured messages from as many files as it takes. A damaged one is set aside, and the rest goes on. */
export interface SegmentReader {
  page(query: PageQuery): Entry[]
  message(seq: number): Entry | null
  /** When the oldest message came, and its seq. */
  oldest(): { readonly firstAt: number; readonly firstSeq: number } | null
  /** Closes what is open of a file. */
  forget(name: string): void
  close(): void
}

export function createSegmentReader(folder: SegmentFolder): SegmentReader {
  const opened = new Map<string, Segment>()

  const forget = (name: string) => {
    opened.get(name)?.close()
    opened.delete(name)
  }
  const segmentOf = (name: string): Segment => {
    const segment = opened.get(name) ?? openSegment(folder.path(name), 'read')
    opened.delete(name)
    opened.set(name, segment)
    const [longestUnused] = opened.keys()
    if (opened.size > mostOpen && longestUnused !== undefined) forget(longestUnused)
    return segment
  }
  const read = <T>(name: string, what: (segment: Segment) => T): T | null => {
    try {
      return what(segmentOf(name))
    } catch (error) {
      if (!isCorrupt(error)) throw error
      forget(name)
      folder.setAside(name, error)
      return null
    }
  }

  return {
    page(query) {
      const entries: Entry[] = []
      for (const { name, firstSeq } of folder.newestFirst()) {
        if (entries.length >= query.limit) break
        if (firstSeq >= query.before) continue
        const rest = { ...query, limit: query.limit - entries.length }
        entries.push(...(read(name, segment => segment.page(rest)) ?? []))
      }
      return entries
    },
    message(seq) {
      const file = folder.newestFirst().find(({ firstSeq }) => firstSeq <= seq)
      return file === undefined ? null : read(file.name, segment => segment.message(seq))
    },
    oldest() {
      for (const { name } of folder.newestFirst().toReversed()) {
        const range = read(name, segment => segment.state())
        if (range?.firstAt != null && range.firstSeq !== null)
          return { firstAt: range.firstAt, firstSeq: range.firstSeq }
      }
      return null
    },
    forget,
    close() {
      for (const name of opened.keys()) forget(name)
    },
  }
}

const mostOpen = 4
