import {
  createFollower,
  decodeFrame,
  openPacked,
  splitFrames,
  type CohortFollower,
  type LiveTable,
  type PackedKind,
} from '@headframe/protocol'
import { cohortKey } from './fleet.ts'
import { inflate } from './inflate.ts'

export interface FollowedCohort {
  readonly key: string
  readonly table: LiveTable
}

/** Thrown when frames cannot be followed any more: only a fresh copy helps. */
export class LostPlace extends Error {}

/** Follows the frames of all cohorts of a site. */
export class Frames {
  readonly #followers = new Map<string, CohortFollower>()

  has(key: string): boolean {
    return (this.#followers.get(key)?.table ?? null) !== null
  }

  *tables(): Generator<FollowedCohort> {
    for (const [key, { table }] of this.#followers) if (table) yield { key, table }
  }

  /** Applies one packed message; answers with the cohorts that changed. */
  async take(message: Uint8Array): Promise<FollowedCohort[]> {
    const opened = openPacked(message)
    if (!opened.ok) throw new LostPlace(opened.error.text)
    const split = splitFrames(await inflate(opened.deflated))
    if (!split.ok) throw new LostPlace(split.error.text)
    return split.frames.flatMap(frame => this.#follow(opened.kind, frame))
  }

  #follow(kind: PackedKind, bytes: Uint8Array): FollowedCohort[] {
    const decoded = decodeFrame(bytes)
    if (!decoded.ok) throw new LostPlace(decoded.error.text)
    const key = cohortKey(decoded.frame.header.relay, decoded.frame.header.cohort)
    const follower = this.#followerOf(key)
    const followed = kind === 'beat' ? follower.beat(decoded.frame) : follower.live(decoded.frame)
    if (followed === 'need-keyframe') throw new LostPlace('a frame of a beat that never came')
    const { table } = follower
    return followed === 'applied' && table ? [{ key, table }] : []
  }

  #followerOf(key: string): CohortFollower {
    const known = this.#followers.get(key)
    if (known) return known
    const made = createFollower()
    this.#followers.set(key, made)
    return made
  }
}
