import { crc32 } from 'node:zlib'

/** One entry of a segment. */
export interface HistoryRecord {
  /** Wall time, epoch ms. */
  readonly at: number
  readonly payload: Uint8Array
}

/** Behind its length and CRC-32: eight bytes of time, then the payload. All numbers are little-endian. */
const frontBytes = 8
const timeBytes = 8
/** A week's worth of nonsense in a length must not be believed. */
const longest = 2 ** 26

export function encodeRecord({ at, payload }: HistoryRecord): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(frontBytes + timeBytes + payload.length)
  const view = new DataView(bytes.buffer)
  view.setUint32(0, timeBytes + payload.length, true)
  view.setFloat64(frontBytes, at, true)
  bytes.set(payload, frontBytes + timeBytes)
  view.setUint32(4, sumOf(bytes), true)
  return bytes
}

export interface ReadRecords {
  readonly records: readonly HistoryRecord[]
  /** Where the last whole record ends: what is behind it was torn or damaged. */
  readonly wholeBytes: number
}

/** The records up to the first that is not whole. They are views of `bytes`. */
export function readRecords(bytes: Uint8Array): ReadRecords {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const records: HistoryRecord[] = []
  let start = 0
  for (let end = endOf(view, start); end !== null; end = endOf(view, start)) {
    if (sumOf(bytes.subarray(start, end)) !== view.getUint32(start + 4, true)) break
    const at = view.getFloat64(start + frontBytes, true)
    records.push({ at, payload: bytes.subarray(start + frontBytes + timeBytes, end) })
    start = end
  }
  return { records, wholeBytes: start }
}

/** Where the record that starts here should end; `null` when that is beyond the file, or nonsense. */
function endOf(view: DataView, start: number): number | null {
  if (start + frontBytes > view.byteLength) return null
  const length = view.getUint32(start, true)
  const end = start + frontBytes + length
  return length < timeBytes || length > longest || end > view.byteLength ? null : end
}

/** Over the length too: one that was changed is not believed because what it happens to span adds up. */
function sumOf(record: Uint8Array): number {
  return crc32(record.subarray(frontBytes), crc32(record.subarray(0, 4)))
}
