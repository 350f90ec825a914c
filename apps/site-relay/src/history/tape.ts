import type { Moment } from '@headframe/protocol'
import { HistoryError, type HistoryFiles } from './files.ts'
import { encodeHeader, encodeMinute, segmentMs, segmentName, type Minute, type SegmentHeader } from './segment.ts'
import type { Held, Shelf } from './shelf.ts'

/** Writes the newest segment, within the bounds of the disk. Throws `HistoryError` when it cannot: then that segment is over. */
export interface Tape {
  /** True when a minute belongs into the segment that is written. */
  readonly takes: (moment: Moment) => boolean
  /** @param begin the header, for a minute that begins a segment */
  readonly append: (epoch: number, minute: Minute, begin: () => SegmentHeader) => void
  /** Ends the segment: it is never written again. */
  readonly seal: () => void
}

export interface TapeDeps {
  readonly files: HistoryFiles
  readonly shelf: Shelf
  /** Disk for all segments; the oldest go first. */
  readonly maxBytes: number
  /** History leaves so much of the disk to others: below it the oldest go, and at last nothing is written. */
  readonly keepFreeBytes: number
}

export function createTape(deps: TapeDeps): Tape {
  const { shelf, maxBytes } = deps
  let open: Held | null = null

  function seal(): void {
    const segment = open
    open = null
    // A name that cannot be given now is given when the relay starts again.
    if (segment) quietly(() => shelf.seal(segment))
  }

  function write(segment: Held, bytes: Uint8Array): void {
    try {
      makeRoom(deps, bytes.length)
      writeOrGiveWay(deps, segment, bytes)
    } catch (error) {
      open = null
      undo(deps, segment)
      throw error
    }
  }

  return {
    takes: ({ epoch, at }) => open?.first.epoch === epoch && windowOf(open.first.at) === windowOf(at),
    append: (epoch, minute, begin) => {
      const moment = { epoch, at: minute.at }
      const before = open ?? begun(moment)
      const record = encodeMinute(minute)
      const bytes = open ? record : Buffer.concat([encodeHeader(begin()), record])
      write(before, bytes)
      open = { ...before, last: moment, readable: moment, bytes: before.bytes + bytes.length }
      shelf.put(open)
      const over = shelf.bytes() - maxBytes
      if (over > 0) shelf.giveWay(over)
    },
    seal,
  }
}

const windowOf = (at: number) => Math.floor(at / segmentMs)

const begun = (first: Moment): Held => ({
  name: segmentName({ first, last: null }),
  first,
  last: first,
  readable: first,
  bytes: 0,
})

function makeRoom({ files, shelf, keepFreeBytes }: TapeDeps, bytes: number): void {
  const short = keepFreeBytes + bytes - files.freeBytes()
  if (short <= 0) return
  // Nothing goes where all of it would not be enough.
  if (spareBytes(shelf) < short || shelf.giveWay(short) < short) {
    throw new HistoryError('full', 'the disk is nearly full, and what is left of it is for more than history')
  }
}

/** All but the newest segment can go. */
const spareBytes = (shelf: Shelf) => shelf.bytes() - (shelf.held().at(-1)?.bytes ?? 0)

function writeOrGiveWay({ files, shelf }: TapeDeps, segment: Held, bytes: Uint8Array): void {
  try {
    files.write(segment.name, segment.bytes, bytes)
  } catch (error) {
    const isFull = error instanceof HistoryError && error.code === 'full'
    if (!isFull || shelf.giveWay(bytes.length) === 0) throw error
    files.write(segment.name, segment.bytes, bytes)
  }
}

/** Takes back what a write left in part. What cannot be taken back is found when the relay starts again. */
function undo({ files, shelf }: TapeDeps, segment: Held): void {
  if (segment.bytes === 0) return quietly(() => files.remove(segment.name))
  quietly(() => files.cut(segment.name, segment.bytes))
  quietly(() => shelf.seal(segment))
}

function quietly(run: () => void): void {
  try {
    run()
  } catch (error) {
    if (!(error instanceof HistoryError)) throw error
  }
}
