import type { Clock } from './clock.ts'
import { dayOf, segmentName } from './retention.ts'
import { isCorrupt, type SegmentFolder } from './segment-folder.ts'
import { openSegment, type Batch, type Progress, type Segment } from './segment.ts'
import type { OwnedSession } from './session-index.ts'

/** Writes to the newest file, and begins the next when a day or its size is over. */
export interface SegmentWriter {
  append(batch: Batch, droppedEver: number): void
  /** As the last run left it. */
  readonly found: Found
  close(): void
}

interface Found {
  /** The seq of the last message; it may have been deleted since. */
  readonly lastSeq: number
  readonly progress: Progress
  readonly droppedEver: number
  /** Those that changed while the newest file was written. */
  readonly sessions: readonly OwnedSession[]
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
  const found = foundIn(current, folder)
  let nextSeq = found.lastSeq + 1

  const seal = () => {
    if (current === null) return
    deps.onSeal(current.name)
    current.segment.close()
    current = null
  }
  const begin = (): Open => {
    const name = segmentName(nextSeq, clock.wallMs())
    const segment = openSegment(folder.path(name), 'write')
    folder.add(name)
    return { name, segment }
  }
  const ready = (): Open => {
    if (current !== null && isFull(current, deps)) seal()
    current ??= begin()
    return current
  }

  return {
    found,
    append(batch, droppedEver) {
      const open = ready()
      try {
        open.segment.append(batch, droppedEver)
      } catch (error) {
        if (!isCorrupt(error)) throw error
        deps.onSeal(open.name)
        open.segment.abandon()
        folder.setAside(open.name, error)
        current = begin()
        current.segment.append(batch, droppedEver)
      }
      nextSeq = (batch.entries.at(-1)?.message.seq ?? nextSeq - 1) + 1
    },
    close: seal,
  }
}

interface Open {
  readonly name: string
  readonly segment: Segment
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
    segment.state()
    return { name, segment }
  } catch (error) {
    if (!isCorrupt(error)) throw error
    segment?.abandon()
    folder.setAside(name, error)
    return null
  }
}

function foundIn(open: Open | null, folder: SegmentFolder): Found {
  const state = open?.segment.state()
  return {
    lastSeq: state?.lastSeq ?? folder.highestFirstSeq() - 1,
    progress: state?.progress ?? new Map<string, number>(),
    droppedEver: state?.droppedEver ?? 0,
    sessions: open?.segment.sessions() ?? [],
  }
}
