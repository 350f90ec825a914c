import type { Job } from './job.ts'

export interface Extranonce {
  readonly extranonce1: string
  readonly extranonce2Size: number
}

/** A job with what was in force when it came: that is what its shares are judged by. */
export interface SessionJob {
  /** Counts the jobs of a session: pools use job ids again (btcpool has 256 of them). */
  readonly receipt: number
  readonly at: number
  readonly job: Job
  readonly difficulty: number | null
  readonly extranonce: Extranonce | null
}

/** Newest last. Bounded by number, and by size: a pool can send jobs of a megabyte. */
export function addJob(jobs: readonly SessionJob[], job: SessionJob): readonly SessionJob[] {
  const kept = [...jobs.slice(-(mostJobs - 1)), job]
  let size = sizeOf(job)
  for (let i = kept.length - 2; i >= 0; i--) {
    size += sizeOf(kept[i])
    if (size > mostCharacters) return kept.slice(i + 1)
  }
  return kept
}

/** The latest job of that id: a share found now is for it. */
export function findJob(jobs: readonly SessionJob[], jobId: string): SessionJob | null {
  return jobs.findLast(({ job }) => job.id === jobId) ?? null
}

/** At 30 s a job this is 8 minutes, and pools take stale shares for about 2. */
const mostJobs = 16
const mostCharacters = 1_048_576

function sizeOf(entry: SessionJob | undefined): number {
  if (entry === undefined) return 0
  const { coinb1, coinb2, branches } = entry.job
  return coinb1.length + coinb2.length + 64 * branches.length
}
