import {
  createFollower,
  decodeFrame,
  splitFrames,
  type CohortFollower,
  type FrameKind,
  type LiveTable,
} from '@headframe/protocol'
import { LostPlace } from './lost-place.ts'
import { cohortKey } from './places.ts'

/** Follows the frames of all cohorts of a site. */
export class Frames {
  readonly #followers = new Map<string, CohortFollower>()

  tableOf(key: string): LiveTable | null {
    return this.#followers.get(key)?.table ?? null
  }

  /** Applies what was packed in one message; answers with the cohorts that changed. */
  take(kind: FrameKind, body: Uint8Array): string[] {
    const split = splitFrames(body)
    if (!split.ok) throw new LostPlace(split.error.text)
    return split.frames.flatMap(frame => this.#follow(kind, frame))
  }

  #follow(kind: FrameKind, bytes: Uint8Array): string[] {
    const decoded = decodeFrame(bytes)
    if (!decoded.ok) throw new LostPlace(decoded.error.text)
    const key = cohortKey(decoded.frame.header.relay, decoded.frame.header.cohort)
    const followed = this.#followerOf(key)[kind](decoded.frame)
    if (followed === 'need-keyframe') throw new LostPlace('a frame of a beat that never came')
    return followed === 'applied' ? [key] : []
  }

  #followerOf(key: string): CohortFollower {
    const known = this.#followers.get(key)
    if (known) return known
    const made = createFollower()
    this.#followers.set(key, made)
    return made
  }
}
