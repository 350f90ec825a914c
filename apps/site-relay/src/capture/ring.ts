import type { Entry } from './entry.ts'

/** The latest messages. A viewer is a seq to read from, and nothing more: one that falls behind costs no memory [S7]. */
export interface Ring {
  /** Takes the message that follows the newest. */
  push(entry: Entry): void
  /** The seq that the next message will have. */
  next(): number
  /** What matches from a seq on, up to `limit`. `skipped`: messages that were overwritten before they were read. */
  read(from: number, options: { matches: (entry: Entry) => boolean; limit: number }): RingRead
}

interface RingRead {
  readonly entries: readonly Entry[]
  /** Where to go on. */
  readonly next: number
  readonly skipped: number
}

export function createRing(limits: { entries: number; bytes: number }, firstSeq: number): Ring {
  const slots: (Entry | undefined)[] = Array.from({ length: limits.entries })
  let first = firstSeq
  let end = firstSeq
  let bytes = 0

  const dropFirst = () => {
    const slot = first % slots.length
    bytes -= slots[slot]?.raw.length ?? 0
    slots[slot] = undefined
    first++
  }

  return {
    push(entry) {
      if (end - first === slots.length) dropFirst()
      slots[end % slots.length] = entry
      end++
      bytes += entry.raw.length
      while (bytes > limits.bytes) dropFirst()
    },
    next: () => end,
    read(from, { matches, limit }) {
      const entries: Entry[] = []
      let next = Math.max(from, first)
      const skipped = next - from
      for (; next < end && entries.length < limit; next++) {
        const entry = slots[next % slots.length]
        if (entry !== undefined && matches(entry)) entries.push(entry)
      }
      return { entries, next, skipped }
    },
  }
}
