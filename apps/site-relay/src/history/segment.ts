import { clockQuality, gapReason, maxEpoch, type Moment } from '@headframe/protocol'
import { z } from 'zod'
import { dayOf } from '../capture/retention.ts'
import { encodeRecord, readRecords } from './record.ts'

/** A segment holds minutes of this long at most: a message of history spans no more, and begins with a keyframe as a segment does. */
export const segmentMs = 20 * 60_000

/** What a segment says of itself, first of all [T3]. */
const header = z.object({
  format: z.literal(1),
  epoch: z.number().int().min(0),
  /** Names the start of the relay within which `monotonicMs` can be compared. */
  boot: z.string().max(64),
  monotonicMs: z.number(),
  /** Wall time as it was begun, epoch ms. */
  wallAt: z.number(),
  clock: clockQuality,
  /** Why nothing was written between the last moment before and the first of this segment; `null` when nothing should have been. */
  before: gapReason.nullable(),
  /** The last moment that was written before, in another segment; `null` for the first of all. */
  previous: z.object({ epoch: z.number().int().min(0), at: z.number().int() }).nullable(),
})
export type SegmentHeader = z.infer<typeof header>

/** The rows of one cohort at one minute: a frame, deflated. */
export interface CohortRows {
  readonly cohort: number
  readonly deflated: Uint8Array
}

export interface Minute {
  readonly at: number
  readonly rows: readonly CohortRows[]
}

export interface ReadSegment {
  readonly header: SegmentHeader
  readonly minutes: readonly Minute[]
  /** Up to where it is whole. */
  readonly wholeBytes: number
}

export const encodeHeader = (said: SegmentHeader): Uint8Array<ArrayBuffer> =>
  encodeRecord({ at: said.wallAt, payload: Buffer.from(JSON.stringify(said)) })

export function encodeMinute({ at, rows }: Minute): Uint8Array<ArrayBuffer> {
  const size = rows.reduce((sum, { deflated }) => sum + 8 + deflated.length, 0)
  const payload = new Uint8Array(size)
  const view = new DataView(payload.buffer)
  let offset = 0
  for (const { cohort, deflated } of rows) {
    view.setUint32(offset, cohort, true)
    view.setUint32(offset + 4, deflated.length, true)
    payload.set(deflated, offset + 8)
    offset += 8 + deflated.length
  }
  return encodeRecord({ at, payload })
}

/** The whole part of a segment; `null` when not even its header can be read. */
export function readSegment(bytes: Uint8Array): ReadSegment | null {
  const { records, wholeBytes } = readRecords(bytes)
  const [first, ...rest] = records
  const said = header.safeParse(first && jsonOf(first.payload))
  if (!said.success) return null
  return { header: said.data, minutes: rest.map(({ at, payload }) => ({ at, rows: rowsOf(payload) })), wholeBytes }
}

/** The header alone, of the first bytes of a segment. */
export const readHeader = (bytes: Uint8Array): SegmentHeader | null => readSegment(bytes)?.header ?? null
/** More than a header can take. */
export const headerBytes = 1024

/** A payload that carries its checksum was written so: it is not doubted, and cannot run over. */
function rowsOf(payload: Uint8Array): CohortRows[] {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength)
  const rows: CohortRows[] = []
  for (let offset = 0; offset + 8 <= payload.length;) {
    const end = offset + 8 + view.getUint32(offset + 4, true)
    rows.push({ cohort: view.getUint32(offset, true), deflated: payload.subarray(offset + 8, end) })
    offset = end
  }
  return rows
}

function jsonOf(payload: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(payload).toString('utf8'))
  } catch {
    return undefined
  }
}

/** What the name of a segment tells: its moments, and so its place among the others. */
export interface SegmentName {
  readonly first: Moment
  /** `null` while it is written. */
  readonly last: Moment | null
}

/** `20261120/0001763640000123-001763640000000-001763641140000.rows`: day, epoch, first and last moment; `.open`, without the last, while it is written. */
export function segmentName({ first, last }: SegmentName): string {
  const start = `${dayOf(first.at)}/${padded(first.epoch, 16)}-${padded(first.at, 15)}`
  return last === null ? `${start}.open` : `${start}-${padded(last.at, 15)}.rows`
}

/** `null` for a file that is no segment: no relay counts epochs so far, or its name is of another kind. */
export function readSegmentName(name: string): SegmentName | null {
  const [, epoch, first, last] = /^\d{8}\/(\d{16})-(\d{15})(?:-(\d{15})\.rows|\.open)$/.exec(name) ?? []
  if (epoch === undefined || first === undefined || Number(epoch) > maxEpoch) return null
  const momentAt = (at: string): Moment => ({ epoch: Number(epoch), at: Number(at) })
  return { first: momentAt(first), last: last === undefined ? null : momentAt(last) }
}

const padded = (value: number, digits: number) => String(value).padStart(digits, '0')
