import { direction, sessionId, type Direction } from '@headframe/protocol'
import { z } from 'zod'

/** What the proxy tells of a session when it starts, and again on each new connection to the capture process. */
const copySession = z.object({
  id: sessionId,
  peer: z.string().max(80),
  listener: z.string().max(80),
  pool: z.string().max(300),
  startedAt: z.number(),
})
export type CopySession = z.infer<typeof copySession>

/** Bytes of one read from a socket, with when they came and when the kernel had them again. */
export interface CopyBytes {
  readonly kind: 'bytes'
  /** Rises by one with each record of a proxy that is kept until stored: `bytes`, `gap` and `end`. */
  readonly number: number
  readonly handle: number
  readonly direction: Direction
  readonly receivedAt: number
  readonly receivedUs: number
  readonly forwardedUs: number | null
  readonly bytes: Uint8Array
}

/** Reads whose copy was dropped because the capture process did not keep up [P2]. Handle 0: of sessions already over. */
export interface CopyGap {
  readonly kind: 'gap'
  readonly number: number
  readonly handle: number
  readonly direction: Direction
  readonly chunks: number
  readonly bytes: number
  /** When the first of them came. */
  readonly receivedAt: number
  readonly receivedUs: number
}

export interface CopyEnd {
  readonly kind: 'end'
  readonly number: number
  readonly handle: number
  readonly endedAt: number
  readonly reason: string
}

/**
 * The conversation between proxy and capture process. `stored` is the one record that travels back: everything up to
 * that number is on disk, and the proxy may forget it.
 */
export type CopyRecord =
  | { readonly kind: 'hello'; readonly version: number; readonly proxy: string }
  | { readonly kind: 'session'; readonly handle: number; readonly session: CopySession }
  /** All sessions that still run were announced. */
  | { readonly kind: 'announced' }
  | CopyBytes
  | CopyGap
  | CopyEnd
  | { readonly kind: 'stored'; readonly number: number }

export const copyVersion = 1
/** Above what one read of a socket yields (64 KiB), below what would hurt. */
export const maxRecordBytes = 1_048_576

/** One record: length of what follows (u32), kind (u8), fields; numbers little-endian. */
export function encodeCopy(record: CopyRecord): Buffer {
  if (record.kind === 'bytes') return encodeBytes(record)
  const body = Buffer.from(JSON.stringify(record))
  const out = Buffer.allocUnsafe(5 + body.length)
  out.writeUInt32LE(1 + body.length, 0)
  out.writeUInt8(jsonCode, 4)
  body.copy(out, 5)
  return out
}

/** Puts records together from the pieces of a stream. Throws a `CopyError` on anything that is no record; the stream is then of no more use. */
export function createCopyDecoder(): { push(chunk: Uint8Array): CopyRecord[] } {
  let rest: Buffer = Buffer.alloc(0)
  return {
    push(chunk) {
      const came = Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength)
      const data = rest.length === 0 ? came : Buffer.concat([rest, came])
      const records: CopyRecord[] = []
      let at = 0
      while (data.length - at >= 4) {
        const length = data.readUInt32LE(at)
        if (length < 1 || length > maxRecordBytes) throw new CopyError(`a record of ${length} bytes`)
        if (data.length - at - 4 < length) break
        records.push(decodeCopy(data.subarray(at + 4, at + 4 + length)))
        at += 4 + length
      }
      rest = at === data.length ? Buffer.alloc(0) : Buffer.from(data.subarray(at))
      return records
    },
  }
}

export class CopyError extends Error {
  constructor(what: string) {
    super(`not a copy of Stratum traffic: ${what}`)
    this.name = 'CopyError'
  }
}

const jsonCode = 1
const bytesCode = 2
/** number f64, handle u32, direction u8, receivedAt f64, receivedUs f64, forwardedUs f64 (NaN for null). */
const bytesHeader = 37

const count = z.number().int().nonnegative()
const handle = z.number().int().min(0).max(0xffff_ffff)
const jsonRecord = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('hello'), version: count, proxy: z.string().regex(/^[0-9a-f]{32}$/) }),
  z.object({ kind: z.literal('session'), handle, session: copySession }),
  z.object({ kind: z.literal('announced') }),
  z.object({
    kind: z.literal('gap'),
    number: count,
    handle,
    direction,
    chunks: count,
    bytes: count,
    receivedAt: z.number(),
    receivedUs: z.number(),
  }),
  z.object({ kind: z.literal('end'), number: count, handle, endedAt: z.number(), reason: z.string().max(256) }),
  z.object({ kind: z.literal('stored'), number: count }),
])

function encodeBytes(record: CopyBytes): Buffer {
  const out = Buffer.allocUnsafe(5 + bytesHeader + record.bytes.length)
  out.writeUInt32LE(1 + bytesHeader + record.bytes.length, 0)
  out.writeUInt8(bytesCode, 4)
  out.writeDoubleLE(record.number, 5)
  out.writeUInt32LE(record.handle, 13)
  out.writeUInt8(record.direction === 'to-pool' ? 0 : 1, 17)
  out.writeDoubleLE(record.receivedAt, 18)
  out.writeDoubleLE(record.receivedUs, 26)
  out.writeDoubleLE(record.forwardedUs ?? Number.NaN, 34)
  out.set(record.bytes, 5 + bytesHeader)
  return out
}

function decodeCopy(body: Buffer): CopyRecord {
  if (body[0] === bytesCode) return decodeBytes(body)
  if (body[0] !== jsonCode) throw new CopyError(`kind ${body[0]}`)
  const record = jsonRecord.safeParse(jsonOf(body.subarray(1)))
  if (!record.success) throw new CopyError('bad fields')
  return record.data
}

function decodeBytes(body: Buffer): CopyBytes {
  if (body.length < 1 + bytesHeader) throw new CopyError('cut short')
  const forwardedUs = body.readDoubleLE(30)
  return {
    kind: 'bytes',
    number: finite(body.readDoubleLE(1)),
    handle: body.readUInt32LE(9),
    direction: body.readUInt8(13) === 0 ? 'to-pool' : 'to-miner',
    receivedAt: finite(body.readDoubleLE(14)),
    receivedUs: finite(body.readDoubleLE(22)),
    forwardedUs: Number.isNaN(forwardedUs) ? null : finite(forwardedUs),
    // No Buffer: `slice` of one shares its memory.
    bytes: new Uint8Array(body.buffer, body.byteOffset + 1 + bytesHeader, body.length - 1 - bytesHeader),
  }
}

function finite(value: number): number {
  if (!Number.isFinite(value)) throw new CopyError('a number that is none')
  return value
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString())
  } catch {
    return undefined
  }
}
