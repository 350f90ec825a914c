/** Longest line that is decoded. Relaying has no limit; 33 KB lines are real (coinbases of OCEAN's DATUM). */
export const maxLineBytes = 1_048_576

/** A line as it came, or how long it was when it was too long to keep. */
export type Line =
  | {
      readonly kind: 'line'
      /** Every byte, terminator included. May share memory with the chunk that it came in. */
      readonly raw: Uint8Array
      /** `raw` without its LF or CRLF. */
      readonly body: Uint8Array
      /** False for a last line that the connection ended on. */
      readonly terminated: boolean
    }
  | { readonly kind: 'too-long'; readonly byteCount: number; readonly terminated: boolean }

export interface LineSplitter {
  /** Lines that this chunk completes. The `raw` of all lines, one after the other, are the bytes that came. */
  push(chunk: Uint8Array): Line[]
  /** The unterminated last line, if there is one. Nothing may be pushed after it. */
  end(): Line[]
  /** Bytes waiting for the end of their line. */
  pendingBytes(): number
}

/**
 * Splits one direction of a connection into lines, in time linear in its bytes however they are cut.
 * What is pending is copied: a piece of a chunk would keep the whole buffer of a socket read alive.
 */
export function createLineSplitter(maxBytes = maxLineBytes): LineSplitter {
  let pending: Uint8Array = empty
  let pendingCount = 0

  const hold = (part: Uint8Array): void => {
    const total = pendingCount + part.length
    if (total > maxBytes) pending = empty
    else {
      pending = withRoom(pending, total)
      pending.set(part, pendingCount)
    }
    pendingCount = total
  }

  const release = (terminated: boolean): Line => {
    const line = toLine(pendingCount > maxBytes ? null : pending.slice(0, pendingCount), pendingCount, terminated)
    if (pending.length > keptBytes) pending = empty
    pendingCount = 0
    return line
  }

  const complete = (part: Uint8Array): Line => {
    if (pendingCount === 0) return toLine(part.length > maxBytes ? null : part, part.length, true)
    hold(part)
    return release(true)
  }

  return {
    push: chunk => {
      const lines: Line[] = []
      let from = 0
      for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, from)) {
        lines.push(complete(chunk.subarray(from, at + 1)))
        from = at + 1
      }
      if (from < chunk.length) hold(chunk.subarray(from))
      return lines
    },
    end: () => (pendingCount > 0 ? [release(false)] : []),
    pendingBytes: () => pendingCount,
  }
}

const lineFeed = 10
const carriageReturn = 13
const empty = new Uint8Array(0)
/** A session keeps a buffer of this size for its next split line; a larger one is given back. */
const keptBytes = 4096

function toLine(raw: Uint8Array | null, byteCount: number, terminated: boolean): Line {
  if (raw === null) return { kind: 'too-long', byteCount, terminated }
  if (!terminated) return { kind: 'line', raw, body: raw, terminated }
  const end = raw[raw.length - 2] === carriageReturn ? raw.length - 2 : raw.length - 1
  return { kind: 'line', raw, body: raw.subarray(0, end), terminated }
}

/** The buffer itself, or one of at least twice its size: the copies add up to a constant per byte. */
function withRoom(buffer: Uint8Array, count: number): Uint8Array {
  if (count <= buffer.length) return buffer
  const larger = new Uint8Array(Math.max(count, 2 * buffer.length, 256))
  larger.set(buffer)
  return larger
}
