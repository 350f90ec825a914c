import { deflateRawSync } from 'node:zlib'
import {
  cohortSlots,
  isFrameKind,
  createFollower,
  packMessages,
  type BeatCursor,
  type CohortFollower,
  type Frame,
  type Followed,
  type FrameKind,
  type LiveTable,
} from '@headframe/protocol'
import { openFrames } from './frames.ts'

/** The live table of one relay: all its cohorts. */
export interface LiveReplica {
  /** Applies frames in order; `frames` came in one message. */
  apply(kind: FrameKind, frames: readonly Frame[]): AppliedFrames
  /** Forgets some cohorts. */
  drop(cohorts: readonly number[]): void
  /** The last beats that were applied. */
  cursors(): BeatCursor[]
  /** The tables of all cohorts, as they are shown. Not copies. */
  tables(): readonly LiveTable[]
  /** Cohorts that have a table, in order. */
  cohorts(): readonly number[]
  /** Messages that bring an empty follower of a cohort here. Kept until its next change: many dashboards ask for them. */
  messagesOf(cohort: number): CohortMessages
  /** The last beats of some cohorts as keyframes: what a snapshot on disk holds. */
  keyframes(of: (cohort: number) => boolean): readonly Uint8Array<ArrayBuffer>[]
}

interface CohortMessages {
  readonly messages: readonly Uint8Array<ArrayBuffer>[]
  /** They were made now, which takes some 5 ms. */
  readonly fresh: boolean
}

interface AppliedFrames {
  readonly changed: boolean
  /** Beats to acknowledge, once they are on disk. */
  readonly durable: readonly BeatCursor[]
  /** Cohorts that cannot be followed. */
  readonly lost: readonly number[]
}

/** As many as a relay may name in its hello. */
const maxCohorts = 1024
/** Rows of all cohorts of a relay. A frame of 50 bytes can ask for 4,096 of them, and an isolate has 128 MB for all sites in it. */
const maxSlots = 64 * cohortSlots

export function createLiveReplica(): LiveReplica {
  const cohorts = new Map<number, CohortFollower>()
  const kept = new Map<number, readonly Uint8Array<ArrayBuffer>[]>()

  const followerOf = (cohort: number): CohortFollower | undefined => {
    const known = cohorts.get(cohort)
    if (known !== undefined || cohorts.size >= maxCohorts) return known
    const fresh = createFollower()
    cohorts.set(cohort, fresh)
    return fresh
  }
  const hasRoom = ({ header }: Frame): boolean => {
    const others = [...cohorts].filter(([cohort]) => cohort !== header.cohort)
    return others.reduce((sum, [, { table }]) => sum + (table?.slots ?? 0), header.slots) <= maxSlots
  }
  const follow = (kind: FrameKind, frame: Frame): Followed => {
    const follower = hasRoom(frame) ? followerOf(frame.header.cohort) : undefined
    if (follower === undefined) return 'stale'
    return kind === 'beat' ? follower.beat(frame) : follower.live(frame)
  }
  const cursorOf = (cohort: number): BeatCursor[] => {
    const cursor = cohorts.get(cohort)?.cursor
    return cursor ? [{ cohort, ...cursor }] : []
  }
  const keyframes = (of: (cohort: number) => boolean) => {
    const wanted = [...cohorts].filter(([cohort]) => of(cohort))
    const beats = wanted.flatMap(([, follower]) => follower.snapshot()?.beat ?? [])
    return packMessages('beat', beats, deflateRawSync)
  }
  const messagesOf = (cohort: number) => {
    const snapshot = cohorts.get(cohort)?.snapshot() ?? null
    const beats = snapshot === null ? [] : [snapshot.beat]
    const lives = snapshot?.live ? [snapshot.live] : []
    return [...packMessages('beat', beats, deflateRawSync), ...packMessages('live', lives, deflateRawSync)]
  }

  return {
    apply(kind, frames) {
      const results = frames.map(frame => ({ cohort: frame.header.cohort, followed: follow(kind, frame) }))
      const changed = results.some(result => result.followed === 'applied')
      for (const { cohort, followed } of results) if (followed === 'applied') kept.delete(cohort)
      const lost = results.filter(result => result.followed === 'need-keyframe').map(result => result.cohort)
      const followed = results.filter(result => result.followed !== 'need-keyframe')
      const durable = kind === 'beat' ? followed.flatMap(result => cursorOf(result.cohort)) : []
      return { changed, durable, lost }
    },
    drop(gone) {
      for (const cohort of gone) if (cohorts.delete(cohort)) kept.delete(cohort)
    },
    tables: () => [...cohorts.values()].flatMap(({ table }) => table ?? []),
    cursors: () => [...cohorts.keys()].flatMap(cursorOf),
    cohorts: () => [...cohorts.keys()].filter(cohort => cohorts.get(cohort)?.table).sort((a, b) => a - b),
    messagesOf(cohort) {
      const known = kept.get(cohort)
      if (known !== undefined) return { messages: known, fresh: false }
      const messages = messagesOf(cohort)
      kept.set(cohort, messages)
      return { messages, fresh: true }
    },
    keyframes,
  }
}

/** Applies a message of our own disk. */
export function replay(replica: LiveReplica, message: Uint8Array): void {
  const opened = openFrames(message)
  if (opened.ok && isFrameKind(opened.kind)) replica.apply(opened.kind, opened.frames)
}
