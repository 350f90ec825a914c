import { createFollower, decodeFrame, openPacked, sameTable, splitFrames, type LiveTable } from '@headframe/protocol'
import { copyTable } from '@headframe/protocol'
import { inflateRawSync } from 'node:zlib'

/** The tables that frames were made of, by their place: what anybody who follows them has to see. */
export interface FrameTruth {
  readonly made: (frames: Uint8Array, tables: readonly CohortTable[]) => void
  /** Whether a table is what the frame of this place was made of. */
  readonly matches: (place: FramePlace, table: LiveTable) => 'same' | 'different' | 'unknown'
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

export function createFrameTruth(): FrameTruth {
  const tables = new Map<string, LiveTable[]>()
  const nameOf = ({ cohort, epoch, seq }: FramePlace) => `${cohort}/${epoch}/${seq}`
  return {
    made: (frames, now) => {
      const split = splitFrames(frames)
      if (!split.ok) return
      for (const bytes of split.frames) {
        const decoded = decodeFrame(bytes)
        if (!decoded.ok) continue
        const { header } = decoded.frame
        const table = now.find(each => each.cohort === header.cohort)?.table
        if (!table) continue
        const name = nameOf(header)
        tables.set(name, [...(tables.get(name) ?? []), copyTable(table)])
      }
    },
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
