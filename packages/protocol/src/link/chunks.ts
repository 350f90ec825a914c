import { lanes, maxChunkBytes, maxMessageBytes, type Lane } from './lane.ts'

/** A chunk is one binary message of a WebSocket: a byte of lane position and these flags, then part of a link message. */
export const firstFlag = 0x40
export const lastFlag = 0x80

/** A message as chunks, each in a fresh buffer: sockets may read it after `send` returns. */
export function chunksOf(lane: Lane, payload: Uint8Array): Uint8Array<ArrayBuffer>[] {
  if (payload.length === 0 || payload.length > maxMessageBytes) throw new Error(`a message of ${payload.length} bytes`)
  const count = Math.ceil(payload.length / maxChunkBytes)
  return Array.from({ length: count }, (_, index) => chunkAt(lane, payload, index * maxChunkBytes))
}

/** The chunk of a message that starts at `offset`. */
export function chunkAt(lane: Lane, payload: Uint8Array, offset: number): Uint8Array<ArrayBuffer> {
  const end = Math.min(payload.length, offset + maxChunkBytes)
  const chunk = new Uint8Array(1 + end - offset)
  chunk[0] = lanes.indexOf(lane) | (offset === 0 ? firstFlag : 0) | (end === payload.length ? lastFlag : 0)
  chunk.set(payload.subarray(offset, end), 1)
  return chunk
}
