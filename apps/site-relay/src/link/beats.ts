import {
  createLeader,
  packMessages,
  type BeatCursor,
  type CohortLeader,
  type CohortView,
  type Deflate,
  type LiveTable,
  type LiveView,
  type PackedKind,
  type RelayId,
} from '@headframe/protocol'

/** Frames of all cohorts for one control. It outlives connections: leaders know what this control has. */
export interface Beats {
  /** After a welcome: goes on from what control has of each cohort. */
  readonly resume: (cursors: readonly BeatCursor[]) => void
  /** The wall time of the beat that this ends the wait for; `null` when it is for none that waits. */
  readonly acked: (cursors: readonly BeatCursor[]) => number | null
  readonly restart: (cohorts: readonly number[]) => void
  /** Packed messages of the next beat; none of the cohorts that still wait for an acknowledgement. */
  readonly beat: () => Uint8Array<ArrayBuffer>[]
  /** Packed messages of what changed since the last frames and is looked at; without a view, of all that changed. */
  readonly live: (view: LiveView | null) => Uint8Array<ArrayBuffer>[]
}

export interface BeatsDeps {
  readonly relay: RelayId
  readonly epoch: number
  readonly cohorts: () => readonly Cohort[]
  readonly deflate: Deflate
  /** Epoch ms. */
  readonly now: () => number
}

interface Cohort {
  readonly cohort: number
  readonly table: LiveTable
}

export function createBeats(deps: BeatsDeps): Beats {
  const leaders = new Map<number, CohortLeader>()
  /** What control has of cohorts that have no leader yet. */
  let known = new Map<number, BeatCursor>()
  /** When the last beat of each cohort was made, epoch ms. */
  const madeAt = new Map<number, number>()

  function leaderOf(cohort: number): CohortLeader {
    const found = leaders.get(cohort)
    if (found) return found
    const leader = createLeader({ relay: deps.relay, epoch: deps.epoch, cohort })
    leader.resume(known.get(cohort) ?? { epoch: 0, seq: 0 })
    leaders.set(cohort, leader)
    return leader
  }

  function pack(kind: PackedKind, make: (leader: CohortLeader, of: Cohort) => Uint8Array | null) {
    const frames = deps.cohorts().flatMap(of => make(leaderOf(of.cohort), of) ?? [])
    return packMessages(kind, frames, deps.deflate)
  }

  return {
    resume: cursors => {
      known = new Map(cursors.map(cursor => [cursor.cohort, cursor]))
      for (const [cohort, leader] of leaders) leader.resume(known.get(cohort) ?? { epoch: 0, seq: 0 })
    },
    acked: cursors => {
      const stored = cursors.flatMap(cursor => {
        const leader = leaders.get(cursor.cohort)
        const waited = leader?.waiting === true
        leader?.acked(cursor)
        return waited && !leader?.waiting ? (madeAt.get(cursor.cohort) ?? []) : []
      })
      return stored.length === 0 ? null : Math.max(...stored)
    },
    restart: cohorts => {
      for (const cohort of cohorts) leaders.get(cohort)?.restart()
    },
    beat: () => {
      const at = deps.now()
      return pack('beat', (leader, { cohort, table }) => {
        const frame = leader.beat(table, at)
        if (frame) madeAt.set(cohort, at)
        return frame
      })
    },
    live: view => {
      const viewOf = view && cohortViews(view)
      return pack('live', (leader, { cohort, table }) => leader.live(table, deps.now(), viewOf?.(cohort)))
    },
  }
}

function cohortViews({ columns, rows }: LiveView): (cohort: number) => CohortView {
  const wanted = new Set(columns)
  const slots = new Map(rows.map(row => [row.cohort, row.slots]))
  return cohort => ({ columns: wanted, slots: slots.get(cohort) ?? [] })
}
