import { HistoryError, type HistoryFiles } from './files.ts'

/**
 * Reads files, and tells a disk that cannot tell now from a file that is lost: a moment without descriptors, or without
 * the mount, says nothing of what is on the disk.
 */
export interface PatientReads {
  /** The first bytes of a file; `null` when it is lost. Throws `HistoryError` while the disk cannot tell. */
  readonly read: (name: string, bytes: number) => Uint8Array | null
  /** The disk did something else as it was told. */
  readonly worked: () => void
  readonly forget: (name: string) => void
}

/** A file that cannot be read for so long, on a disk that does other things as it is told, is lost. */
const patienceMs = 600_000

/** @param monotonic ms */
export function createPatientReads(files: HistoryFiles, monotonic: () => number): PatientReads {
  /** Since when a file cannot be read. */
  const unread = new Map<string, number>()
  let workedAt = monotonic()
  const worked = () => {
    workedAt = monotonic()
  }
  return {
    read: (name, bytes) => {
      try {
        const said = files.read(name, 0, bytes)
        worked()
        unread.delete(name)
        return said
      } catch (error) {
        const since = unread.get(name) ?? monotonic()
        unread.set(name, since)
        const isLost = error instanceof HistoryError && workedAt > since && monotonic() - since >= patienceMs
        if (!isLost) throw error
        return null
      }
    },
    worked,
    forget: name => void unread.delete(name),
  }
}
