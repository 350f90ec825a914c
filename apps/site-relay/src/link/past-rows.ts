import { createFollower, decodeFrame, type LiveTable } from '@headframe/protocol'

/** For tests: what one message of history brought: the tables of a cohort, minute by minute. */
export interface PastRows {
  readonly cohort: number
  readonly epoch: number
  readonly bytes: number
  readonly tables: readonly { readonly at: number; readonly table: LiveTable }[]
}

/** As control takes it: one cohort, in order of time, first a keyframe. */
export function pastOf(frames: readonly Uint8Array[], bytes: number): PastRows {
  const follower = createFollower()
  const tables = frames.map(frame => {
    const decoded = decodeFrame(frame)
    if (!decoded.ok) throw new Error(decoded.error.text)
    const followed = follower.beat(decoded.frame)
    if (followed !== 'applied' || !follower.table) throw new Error(`a frame of history is ${followed}`)
    const { at, cohort, epoch } = decoded.frame.header
    return { at, cohort, epoch, table: follower.table }
  })
  const [first] = tables
  if (!first) throw new Error('no frames')
  if (tables.some(({ cohort, epoch }) => cohort !== first.cohort || epoch !== first.epoch)) throw new Error('mixed')
  if (tables.some(({ at }, index) => index > 0 && at <= (tables[index - 1]?.at ?? 0))) throw new Error('out of order')
  return { cohort: first.cohort, epoch: first.epoch, bytes, tables }
}
