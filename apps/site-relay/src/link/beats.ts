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
  readonly acked: (cursors: readonly BeatCursor[]) => void
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
      for (const cursor of cursors) leaders.get(cursor.cohort)?.acked(cursor)
    },
    restart: cohorts => {
      for (const cohort of cohorts) leaders.get(cohort)?.restart()
    },
    beat: () => pack('beat', (leader, { table }) => leader.beat(table, deps.now())),
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
