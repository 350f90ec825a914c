import type { ByteWriter } from './bytes.ts'
import { nullCode } from './columns.ts'

/**
 * A column of a frame is one symbol for each present slot, as a varint of at most 5 bytes:
 * 0 is null, and n + 1 is the zigzag n of (code - expected), wrapping at 32 bits. What is expected is the predicted
 * code, or where that is null the last code in this column of this frame, 0 at first. So a miner that falls silent
 * costs a byte a column, and one that comes back costs its difference from its neighbour.
 */
export interface ColumnRows {
  /** Ascending. */
  readonly slots: Uint16Array
  /** See `predictColumn`. */
  readonly predicted: Int32Array
  readonly codes: Int32Array
}

/** Appends the symbols of `codes` at `slots`; false when all of them are as predicted. */
export function writeSymbols(writer: ByteWriter, { slots, predicted, codes }: ColumnRows): boolean {
  let changed = false
  let last = 0
  for (let index = 0; index < slots.length; index++) {
    const slot = slots[index] ?? 0
    const code = codes[slot] ?? nullCode
    const expected = predicted[slot] ?? nullCode
    if (code !== expected) changed = true
    if (code === nullCode) {
      writer.byte(0)
      continue
    }
    const difference = (code - (expected === nullCode ? last : expected)) | 0
    const symbol = (((difference << 1) ^ (difference >> 31)) >>> 0) + 1
    if (symbol < 0x80) writer.byte(symbol)
    else writer.varint(symbol)
    last = code
  }
  return changed
}

/** Writes the codes of a checked body into `codes` at `slots`. `codes` may be `predicted` itself. */
export function readSymbols(body: Uint8Array, { slots, predicted, codes }: ColumnRows): void {
  let offset = 0
  let last = 0
  for (let index = 0; index < slots.length; index++) {
    const slot = slots[index] ?? 0
    let symbol = body[offset++] ?? 0
    if (symbol >= 0x80) {
      symbol &= 0x7f
      for (let scale = 0x80; ; scale *= 0x80) {
        const byte = body[offset++] ?? 0
        symbol += (byte & 0x7f) * scale
        if (byte < 0x80) break
      }
    }
    if (symbol === 0) {
      codes[slot] = nullCode
      continue
    }
    const expected = predicted[slot] ?? nullCode
    const zigzag = symbol - 1
    last = ((expected === nullCode ? last : expected) + ((zigzag >>> 1) ^ -(zigzag & 1))) | 0
    codes[slot] = last
  }
}

/** True when a body is exactly `count` symbols, each at most 2^32. */
export function hasSymbols(body: Uint8Array, count: number): boolean {
  let found = 0
  let length = 0
  let lowBits = 0
  for (let offset = 0; offset < body.length; offset++) {
    const byte = body[offset] ?? 0
    length++
    if (length === 5 && (byte > 0x10 || (byte === 0x10 && lowBits !== 0))) return false
    lowBits |= byte & 0x7f
    if (byte >= 0x80) continue
    found++
    length = 0
    lowBits = 0
  }
  return found === count && length === 0
}
