import { isLater, type Moment } from '@headframe/protocol'
import { HistoryError, type HistoryFiles } from './files.ts'
import { createPatientReads } from './patient-reads.ts'
import {
  headerBytes,
  readHeader,
  readSegment,
  readSegmentName,
  segmentName,
  type Minute,
  type SegmentHeader,
} from './segment.ts'

/** A segment on disk. */
export interface Held {
  readonly name: string
  readonly first: Moment
  /** The last moment that was written to it. */
  readonly last: Moment
  /** The last that can be read: an earlier one once damage was found, `null` when nothing can. */
  readonly readable: Moment | null
  readonly bytes: number
}

/** The segments that are held, oldest first. */
export interface Shelf {
  readonly held: () => readonly Held[]
  readonly bytes: () => number
  /** Puts a segment in its place, or what became of it. */
  readonly put: (segment: Held) => void
  /** Gives the name of a segment that is not written any more, and puts it so. */
  readonly seal: (segment: Held) => void
  /** `null` when it is damaged. Throws `HistoryError` while the disk cannot tell. */
  readonly header: (segment: Held) => SegmentHeader | null
  /** The minutes that are whole. Throws `HistoryError` while the disk cannot tell. */
  readonly minutes: (segment: Held) => readonly Minute[]
  /** Deletes from the oldest on until so many bytes are free; the newest stays. Returns how many it freed. */
  readonly giveWay: (bytes: number) => number
}

/**
 * Reads names, and brings what a killed relay left open to an end: it is cut behind its last whole record.
 * @param monotonic ms
 */
export function openShelf(files: HistoryFiles, monotonic: () => number): Shelf {
  let held = inOrder(files.list().flatMap(file => attempt(() => reopen(files, file)) ?? []))
  const headers = new Map<string, SegmentHeader>()
  const reads = createPatientReads(files, monotonic)

  function put(segment: Held): void {
    const place = held.findIndex(({ name }) => name === segment.name)
    held = place === -1 ? inOrder([...held, segment]) : held.with(place, segment)
  }

  function damaged(segment: Held, readable: Moment | null): void {
    put({ ...segment, readable })
  }

  return {
    held: () => held,
    bytes: () => held.reduce((sum, segment) => sum + segment.bytes, 0),
    put: segment => {
      reads.worked()
      put(segment)
    },
    seal: segment => {
      const sealed = { ...segment, name: segmentName(segment) }
      files.rename(segment.name, sealed.name)
      held = held.filter(({ name }) => name !== segment.name)
      put(sealed)
    },
    header: segment => {
      const known = headers.get(keyOf(segment))
      if (known) return known
      const bytes = reads.read(segment.name, headerBytes)
      const said = bytes && readHeader(bytes)
      if (said) headers.set(keyOf(segment), said)
      else damaged(segment, null)
      return said
    },
    minutes: segment => {
      const bytes = reads.read(segment.name, segment.bytes)
      const minutes = (bytes && readSegment(bytes)?.minutes) ?? []
      const last = minutes.at(-1)
      const readable = last ? { epoch: segment.first.epoch, at: last.at } : null
      if (readable === null || isLater(segment.last, readable)) damaged(segment, readable)
      return minutes
    },
    giveWay: bytes => {
      let freed = 0
      for (const segment of held.slice(0, -1)) {
        if (freed >= bytes) break
        if (attempt(() => files.remove(segment.name)) === null) continue
        freed += segment.bytes
        held = held.filter(({ name }) => name !== segment.name)
        headers.delete(keyOf(segment))
        reads.forget(segment.name)
      }
      return freed
    },
  }
}

const inOrder = (held: readonly Held[]): Held[] =>
  held.toSorted((a, b) => (isLater(a.first, b.first) ? 1 : isLater(b.first, a.first) ? -1 : 0))

/** `null` where the disk does not let us: one bad file stops nothing else. */
function attempt<T>(what: () => T): T | null {
  try {
    return what()
  } catch (error) {
    if (error instanceof HistoryError) return null
    throw error
  }
}

/** A segment keeps its first moment; its name changes when it is sealed. */
const keyOf = ({ first }: Held) => `${first.epoch}-${first.at}`

function reopen(files: HistoryFiles, { name, bytes }: { readonly name: string; readonly bytes: number }): Held[] {
  const said = readSegmentName(name)
  if (said === null) return []
  const { first, last } = said
  if (last !== null) return [{ name, first, last, readable: last, bytes }]
  const read = readSegment(files.read(name, 0, bytes))
  const newest = read?.minutes.at(-1)
  if (!read || !newest) {
    files.remove(name)
    return []
  }
  if (read.wholeBytes < bytes) files.cut(name, read.wholeBytes)
  const end = { epoch: first.epoch, at: newest.at }
  const sealed = segmentName({ first, last: end })
  files.rename(name, sealed)
  return [{ name: sealed, first, last: end, readable: end, bytes: read.wholeBytes }]
}
