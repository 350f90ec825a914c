import { after, type Cursor } from '../event.ts'
import { applyFrame, paintFrame } from './apply.ts'
import { encodeFrame } from './encode.ts'
import { isKeyframe, type Frame, type FrameHeader } from './frame.ts'
import { copyTable, type LiveTable } from './table.ts'

/** `stale`: nothing changed, and nothing needs to be done. `need-keyframe`: ask the relay for one. */
export type Followed = 'applied' | 'stale' | 'need-keyframe'

/** The receiving end of one cohort of one relay: in control, and again in each dashboard. */
export interface CohortFollower {
  /** The table as of the last frame; `null` before the first keyframe. Read it again after each frame. */
  readonly table: LiveTable | null
  /** The last beat that was applied: what `durable` acknowledges once it is on disk. */
  readonly cursor: Cursor | null
  /** When the last frame was made, epoch ms. */
  readonly at: number | null
  beat(frame: Frame): Followed
  live(frame: Frame): Followed
  /** Frames that bring an empty follower to where this one is: a keyframe, and a live frame when there were any since. */
  snapshot(): { readonly beat: Uint8Array<ArrayBuffer>; readonly live: Uint8Array<ArrayBuffer> | null } | null
}

interface Base {
  readonly header: FrameHeader
  readonly table: LiveTable
}

export function createFollower(): CohortFollower {
  /** The last beat, which frames are differences from. */
  let base: Base | null = null
  /** The last live frame since then. */
  let overlay: Base | null = null

  return {
    get table() {
      return (overlay ?? base)?.table ?? null
    },
    get cursor() {
      return base && cursorOf(base.header)
    },
    get at() {
      return (overlay ?? base)?.header.at ?? null
    },
    beat(frame) {
      if (base && !after(cursorOf(frame.header), cursorOf(base.header))) return 'stale'
      if (!isKeyframe(frame) && !isBaseOf(base, frame)) return 'need-keyframe'
      const applied = applyFrame(frame, base?.table ?? null)
      if (!applied.ok) return 'need-keyframe'
      base = { header: frame.header, table: applied.table }
      overlay = null
      return 'applied'
    },
    live(frame) {
      if (!base || !isBaseOf(base, frame)) return 'stale'
      const last = overlay ?? base
      if (!after(cursorOf(frame.header), cursorOf(last.header))) return 'stale'
      const painted = paintFrame(frame, base.table, overlay?.table ?? copyTable(base.table))
      if (!painted.ok) return 'need-keyframe'
      overlay = { header: frame.header, table: painted.table }
      return 'applied'
    },
    snapshot() {
      return base && { beat: keyframeOf(base), live: overlay && encodeFrame(overlayOf(base, overlay)) }
    },
  }
}

function cursorOf({ epoch, seq }: FrameHeader): Cursor {
  return { epoch, seq }
}

function isBaseOf(base: Base | null, { header }: Frame): boolean {
  return base?.header.epoch === header.baseEpoch && base.header.seq === header.baseSeq
}

function keyframeOf({ header, table }: Base): Uint8Array<ArrayBuffer> {
  return encodeFrame({ header: { ...header, baseEpoch: 0, baseSeq: 0, advanceS: 0 }, base: null, table })
}

function overlayOf(base: Base, overlay: Base) {
  const header = { ...overlay.header, advanceS: 0 }
  return { header, base: base.table, table: overlay.table }
}
