import type { Clock } from './clock.ts'
import type { Entry } from './entry.ts'
import { dayOf, segmentName } from './retention.ts'
import { isCorrupt, type SegmentFolder } from './segment-folder.ts'
import { openSegment, type Segment } from './segment.ts'

/** Up to where the copies of each run of the proxy are stored. */
export type Progress = ReadonlyMap<string, number>

/** Writes to the newest file, and begins the next when a day or its size is over. */
export interface SegmentWriter {
  append(entries: readonly Entry[], progress: Progress): void
  progress(): Progress
  lastSeq(): number
  close(): void
}

export interface SegmentWriterDeps {
  readonly folder: SegmentFolder
  readonly clock: Clock
  readonly segmentBytes: number
  /** A file is about to be brought into its final form: no one else may have it open. */
  readonly onSeal: (name: string) => void
}

export function createSegmentWriter(deps: SegmentWriterDeps): SegmentWriter {
  const { folder, clock } = deps
  let current = reopen(deps)

  const seal = () => {
    if (current === null) return
    deps.onSeal(current.name)
    current.segment.close()
    current = null
  }
  const begin = (firstSeq: number, progress: Progress): Open => {
    const name = segmentName(firstSeq, clock.wallMs())
    folder.add(name)
    const segment = openSegment(folder.path(name), 'write')
    segment.append([], recent(progress))
    return { name, segment }
  }
  const ready = (firstSeq: number): Open => {
    if (current !== null && !isFull(current, deps)) return current
    const progress = current?.segment.progress() ?? new Map<string, number>()
    seal()
    current = begin(firstSeq, progress)
    return current
  }

  return {
    append(entries, progress) {
      const [first] = entries
      if (first === undefined && current === null) return
      const firstSeq = first?.message.seq ?? 0
      const open = first === undefined && current !== null ? current : ready(firstSeq)
      try {
        open.segment.append(entries, progress)
      } catch (error) {
        if (!isCorrupt(error)) throw error
        deps.onSeal(open.name)
        open.segment.abandon()
        folder.setAside(open.name, error)
        current = begin(firstSeq, progress)
        current.segment.append(entries, progress)
      }
    },
    progress: () => current?.segment.progress() ?? new Map<string, number>(),
    lastSeq: () => current?.segment.range().lastSeq ?? 0,
    close: seal,
  }
}

interface Open {
  readonly name: string
  readonly segment: Segment
}

/** Runs of the proxy that are remembered; only the last can come back. */
const mostProxies = 16

function recent(progress: Progress): Progress {
  return new Map([...progress].slice(-mostProxies))
}

function isFull({ name, segment }: Open, { folder, clock, segmentBytes }: SegmentWriterDeps): boolean {
  const file = folder.newestFirst().find(each => each.name === name)
  return file?.day !== dayOf(clock.wallMs()) || segment.bytes() >= segmentBytes
}

/** The file that was written last, if it is whole. */
function reopen({ folder }: SegmentWriterDeps): Open | null {
  const name = folder.newestFirst()[0]?.name
  if (name === undefined) return null
  let segment: Segment | null = null
  try {
    segment = openSegment(folder.path(name), 'write')
    segment.range()
    return { name, segment }
  } catch (error) {
    if (!isCorrupt(error)) throw error
    segment?.abandon()
    folder.setAside(name, error)
    return null
  }
}
