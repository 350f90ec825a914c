import type { Direction } from '@headframe/protocol'
import { createLineSplitter, type Line } from '@headframe/stratum'
import type { CopyBytes } from './copy-record.ts'

export interface Times {
  readonly direction: Direction
  /** Of the first byte. */
  readonly receivedAt: number
  /** Of the last byte: what lies between the two is our delay, and not that of a line in pieces. */
  readonly receivedUs: number
  readonly forwardedUs: number | null
}

export interface TimedLine {
  readonly line: Line
  readonly times: Times
  /** Next to a gap: it may be a part of a line only. */
  readonly mayBePiece: boolean
}

/** Puts the lines of one direction together, and says when each came and went. */
export interface TimedLines {
  push(copied: CopyBytes): TimedLine[]
  /** What is left when bytes are missing from here on, or none will follow. */
  cut(by: 'gap' | 'end'): TimedLine[]
}

/** @param afterGap what went before was not seen */
export function createTimedLines(afterGap: boolean): TimedLines {
  let splitter = createLineSplitter()
  let latest: Times | null = null
  let began: number | null = null
  let mayBePiece = afterGap

  const timed = (lines: readonly Line[], times: Times): TimedLine[] =>
    lines.map(line => {
      const one = { line, times: { ...times, receivedAt: began ?? times.receivedAt }, mayBePiece }
      began = null
      mayBePiece = false
      return one
    })

  return {
    push({ direction, receivedAt, receivedUs, forwardedUs, bytes }) {
      const times = { direction, receivedAt, receivedUs, forwardedUs }
      const lines = timed(splitter.push(bytes), times)
      latest = times
      if (splitter.pendingBytes() > 0) began ??= receivedAt
      return lines
    },
    cut(by) {
      if (by === 'gap') mayBePiece = true
      const lines = latest === null ? [] : timed(splitter.end(), latest)
      splitter = createLineSplitter()
      mayBePiece = by === 'gap'
      return lines
    },
  }
}
