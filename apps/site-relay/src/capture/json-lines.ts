import { createLineSplitter } from '@headframe/stratum'

/** Values of a stream with one JSON value a line; `undefined` for a line that is none. */
export function createJsonLines(maxBytes: number): (chunk: Uint8Array) => unknown[] {
  const splitter = createLineSplitter(maxBytes)
  return chunk => splitter.push(chunk).map(line => (line.kind === 'line' ? jsonOf(line.body) : undefined))
}

function jsonOf(body: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString())
  } catch {
    return undefined
  }
}
