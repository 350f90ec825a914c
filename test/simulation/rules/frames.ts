import { createFollower, decodeFrame, openPacked, sameTable, splitFrames, type LiveTable } from '@headframe/protocol'
import { copyTable } from '@headframe/protocol'
import { inflateRawSync } from 'node:zlib'

/** The tables that frames were made of, by their place: what anybody who follows them has to see. */
export interface FrameTruth {
  readonly made: (frames: Uint8Array, tables: readonly CohortTable[]) => void
  /** Whether a table is what the frame of this place was made of. */
  readonly matches: (place: FramePlace, table: LiveTable) => 'same' | 'different' | 'unknown'
  /** Whether the newest frame was made of this table, now or a moment ago: it takes that long to those who look. */
  readonly wasLately: (cohort: number, table: LiveTable) => boolean
}

interface CohortTable {
  readonly cohort: number
  readonly table: LiveTable
}

interface FramePlace {
  readonly cohort: number
  readonly epoch: number
  readonly seq: number
}

/** Frames go every 500 ms, over two lines of up to 800 ms each. */
const momentMs = 3000

/** @param now true time */
export function createFrameTruth(now: () => number): FrameTruth {
  const tables = new Map<string, LiveTable[]>()
  /** By cohort: the last, and those that were the last a moment ago. */
  const lately = new Map<number, { readonly at: number; readonly table: LiveTable }[]>()
  const isLate = (each: { readonly at: number } | undefined) => each !== undefined && each.at <= now() - momentMs
  const nameOf = ({ cohort, epoch, seq }: FramePlace) => `${cohort}/${epoch}/${seq}`
  return {
    made: (frames, of) => {
      const split = splitFrames(frames)
      if (!split.ok) return
      for (const bytes of split.frames) {
        const decoded = decodeFrame(bytes)
        if (!decoded.ok) continue
        const { header } = decoded.frame
        const { cohort } = header
        const found = of.find(each => each.cohort === cohort)
        if (!found) continue
        const table = copyTable(found.table)
        const name = nameOf(header)
        tables.set(name, [...(tables.get(name) ?? []), table])
        const last = [...(lately.get(cohort) ?? []), { at: now(), table }]
        lately.set(
          cohort,
          last.filter((_, index) => !isLate(last[index + 1])),
        )
      }
    },
    wasLately: (cohort, table) =>
      (lately.get(cohort) ?? []).some((each, index, last) => !isLate(last[index + 1]) && sameTable(each.table, table)),
    matches: (place, table) => {
      const made = tables.get(nameOf(place))
      if (!made) return 'unknown'
      return made.some(each => sameTable(each, table)) ? 'same' : 'different'
    },
  }
}

/** The tables that packed messages lead to, from nothing. */
export function tablesOf(messages: readonly Uint8Array[]): (FramePlace & { readonly table: LiveTable })[] {
  const followers = new Map<number, ReturnType<typeof createFollower>>()
  for (const message of messages) {
    const opened = openPacked(message)
    const split = opened.ok ? splitFrames(inflateRawSync(opened.deflated)) : opened
    for (const bytes of split.ok && 'frames' in split ? split.frames : []) {
      const decoded = decodeFrame(bytes)
      if (!decoded.ok) continue
      const follower = followers.get(decoded.frame.header.cohort) ?? createFollower()
      followers.set(decoded.frame.header.cohort, follower)
      follower.beat(decoded.frame)
    }
  }
  return [...followers].flatMap(([cohort, { cursor, table }]) =>
    cursor && table ? [{ cohort, ...cursor, table }] : [],
  )
}
