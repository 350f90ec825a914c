import type { RelayId } from '../ids.ts'
import { columns, nullCode } from './columns.ts'
import type { LiveTable } from './table.ts'

/** First byte of a frame. */
export const frameFormat = 1
/** Last of a frame: the CRC-32 of all before. */
export const checksumBytes = 4
/** A table holds no more columns than this, known or not: bounds what a frame can make us allocate. */
export const maxColumns = 64
/** Column ids are below this. */
export const maxColumnId = 0xffff

/** What a frame says of itself, apart from its rows. */
export interface FrameLabel {
  readonly relay: RelayId
  /** (relay, epoch, seq) names a frame of a cohort for good [S2]. */
  readonly epoch: number
  readonly seq: number
  readonly cohort: number
  /** The beat that this frame is a difference from; 0 and 0 for a keyframe. */
  readonly baseEpoch: number
  readonly baseSeq: number
  /** When the table was as this frame says, epoch ms. */
  readonly at: number
  /** Every known `observedAt` of the base is this much later before differences are added: most miners cost nothing then. */
  readonly advanceS: number
}

export interface FrameHeader extends FrameLabel {
  /** Rows of the table after this frame. */
  readonly slots: number
}

/** Which slots a frame has rows for. */
export interface Presence {
  readonly form: 'runs' | 'bitmap'
  readonly bytes: Uint8Array
  /** The same, as ascending slot numbers. */
  readonly slots: Uint16Array
}

/** One column of a frame as it travels: a varint symbol for each present slot, see `rows.ts`. */
export interface FrameColumn {
  readonly id: number
  readonly body: Uint8Array
}

/** A frame taken apart but not applied. Its bytes are views of what was decoded: do not write to that. */
export interface Frame {
  readonly header: FrameHeader
  readonly presence: Presence
  /** By ascending id. Ids that we do not know are kept. */
  readonly columns: readonly FrameColumn[]
}

/** True when the frame needs no base. */
export function isKeyframe(frame: Frame): boolean {
  return frame.header.baseEpoch === 0 && frame.header.baseSeq === 0
}

/** Slots that this frame says something about, ascending. */
export function changedSlots(frame: Frame): Uint16Array {
  return frame.presence.slots
}

export interface Prediction {
  /** `null` before a keyframe. */
  readonly base: LiveTable | null
  readonly advanceS: number
  readonly slots: number
}

/** The codes that a column has where a frame says nothing. May be the base's own array: do not write to it. */
export function predictColumn({ base, advanceS, slots }: Prediction, id: number): Int32Array {
  const codes = base?.columns.get(id)
  const advance = id === columns.observedAt.id ? advanceS : 0
  if (codes && codes.length === slots && advance === 0) return codes
  const predicted = new Int32Array(slots).fill(nullCode)
  if (!codes) return predicted
  predicted.set(codes.subarray(0, slots))
  return advance === 0 ? predicted : predicted.map(code => (code === nullCode ? code : code + advance))
}
