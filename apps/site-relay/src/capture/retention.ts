/** A file of captured messages. */
export interface SegmentFile {
  readonly name: string
  /** Seq of its first message. */
  readonly firstSeq: number
  /** The day (UTC) on which it was begun. */
  readonly day: string
  readonly bytes: number
  /** It could not be read, and was set aside. */
  readonly damaged: boolean
}

/** The size at which a file is closed and the next begun: so that deleting the oldest frees an eighth at most. */
export function segmentBytes(maxBytes: number): number {
  return Math.min(64 * mebibyte, Math.max(mebibyte / 8, Math.floor(maxBytes / 8)))
}

/** The oldest files that must go for the rest to fit. The newest stays. */
export function filesToDelete(files: readonly SegmentFile[], maxBytes: number): SegmentFile[] {
  const oldestFirst = files.toSorted((a, b) => a.firstSeq - b.firstSeq)
  let total = files.reduce((sum, file) => sum + file.bytes, 0)
  return oldestFirst.slice(0, -1).filter(file => {
    const goes = total > maxBytes
    if (goes) total -= file.bytes
    return goes
  })
}

/** `messages-000000000000001-20261120.db`: the first seq, and the day (UTC) it was begun. */
export function segmentName(firstSeq: number, at: number): string {
  return `messages-${String(firstSeq).padStart(15, '0')}-${dayOf(at)}.db`
}

/** Null for a file that is no segment. */
export function readSegmentName(name: string): Omit<SegmentFile, 'name' | 'bytes'> | null {
  const [, seq, day, suffix] = /^messages-(\d{15})-(\d{8})\.db(\.corrupt)?$/.exec(name) ?? []
  if (seq === undefined || day === undefined) return null
  return { firstSeq: Number(seq), day, damaged: suffix !== undefined }
}

export function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10).replaceAll('-', '')
}

const mebibyte = 1_048_576
