import {
  createFollower,
  decodeFrame,
  encodeFrame,
  isKeyframe,
  maxInflatedBytes,
  maxMessageBytes,
  packFrames,
  reencodeFrame,
  type Deflate,
  type Frame,
  type LiveTable,
  type RelayId,
} from '@headframe/protocol'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import type { Minute } from './segment.ts'

/** The table of a cohort as it was at a minute. */
export interface PastTable {
  readonly at: number
  readonly table: LiveTable
}

/** The tables of one cohort, minute by minute. @param minutes of one segment, from its first on */
export function* tablesOf(minutes: readonly Minute[], cohort: number): Generator<PastTable> {
  const follower = createFollower()
  for (const { at, frame } of framesOf(minutes, cohort)) {
    if (follower.beat(frame) !== 'applied' || !follower.table) return
    yield { at, table: follower.table }
  }
}

export interface Part {
  /** Of one segment, from its first on. */
  readonly minutes: readonly Minute[]
  readonly cohort: number
  /** Only what is later than this goes out. */
  readonly afterAt: number
  readonly throughAt: number
}

/** The rows of one cohort as packed messages of kind `history`: each begins with a keyframe, and holds as much as fits. */
export function historyMessages(part: Part, relay: RelayId): Uint8Array<ArrayBuffer>[] {
  const frames = [...chainOf(part)]
  if (frames.length === 0) return []
  const bytes = frames.map(frame => reencodeFrame({ ...frame, header: { ...frame.header, relay } }))
  const size = bytes.reduce((sum, { length }) => sum + length + 16, 0)
  const packed = size <= maxInflatedBytes ? packFrames('history', bytes, deflateSome) : null
  if (packed && packed.length <= maxMessageBytes) return [packed]
  // A cohort's rows hold under 50 bytes each, so one frame always fits.
  if (frames.length === 1) throw new Error('a frame larger than a message')
  const middleAt = frames[Math.ceil(frames.length / 2) - 1]?.header.at ?? part.throughAt
  const halves = [
    { ...part, throughAt: middleAt },
    { ...part, afterAt: middleAt },
  ]
  return halves.flatMap(half => historyMessages(half, relay))
}

/** Half the processor time of the usual level for 4 % more bytes: polls go on beside this. */
const deflateSome: Deflate = bytes => deflateRawSync(bytes, { level: 4 })

/** The frames of a part: the first is made a keyframe, and the others follow it as they were written. */
function* chainOf({ minutes, cohort, afterAt, throughAt }: Part): Generator<Frame> {
  const follower = createFollower()
  let isBegun = false
  for (const { at, frame } of framesOf(minutes, cohort)) {
    if (at > throughAt) return
    if (isBegun) yield frame
    else if (at > afterAt && isKeyframe(frame)) yield frame
    else if (follower.beat(frame) !== 'applied' || !follower.table) return
    else if (at > afterAt) yield keyframeOf(frame, follower.table)
    isBegun ||= at > afterAt
  }
}

function keyframeOf({ header }: Frame, table: LiveTable): Frame {
  const bytes = encodeFrame({ header: { ...header, baseEpoch: 0, baseSeq: 0, advanceS: 0 }, base: null, table })
  const decoded = decodeFrame(bytes)
  if (!decoded.ok) throw new Error(decoded.error.text)
  return decoded.frame
}

function* framesOf(minutes: readonly Minute[], cohort: number): Generator<{ at: number; frame: Frame }> {
  for (const { at, rows } of minutes) {
    const found = rows.find(row => row.cohort === cohort)
    if (!found) continue
    const decoded = decodeFrame(inflateRawSync(found.deflated, { maxOutputLength: maxInflatedBytes }))
    if (!decoded.ok) return
    yield { at, frame: decoded.frame }
  }
}
