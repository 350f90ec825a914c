import { checkShare, uint32FromHex } from '@headframe/stratum'
import type { Job, RejectClass, Share } from '@headframe/stratum'

/** A share as it came, with what the pool knows of its connection. */
export interface Submission {
  readonly share: Share
  readonly extranonce1: string
  readonly extranonce2Size: number
  /** `null` when version rolling was not asked for. */
  readonly versionMask: number | null
  readonly isSubscribed: boolean
  readonly isAuthorized: boolean
}

/** `null` means accepted. */
export type Verdict = PoolError | null

export interface PoolError {
  readonly class: RejectClass
  readonly code: number
  readonly text: string
}

export interface ShareBook {
  add(job: Job, difficulty: number): void
  judge(submission: Submission): Verdict
}

/** What a share is known by: the same key twice is a duplicate. */
export function shareKey(share: Share): string {
  const { worker, jobId, extranonce2, ntime, nonce, versionBits } = share
  return [worker, jobId, extranonce2, ntime, nonce, versionBits ?? ''].join('|')
}

/** Jobs that a pool handed out, and the shares that it had for them. Checks each share by hashing it. */
export function createShareBook(): ShareBook {
  const entries = new Map<string, Entry>()
  return {
    add: (job, difficulty) => {
      if (job.clean) for (const entry of entries.values()) retire(entry)
      entries.set(job.id, { job, difficulty, isStale: false, seen: new Set() })
      const [oldest] = entries.keys()
      if (entries.size > mostJobs && oldest !== undefined) entries.delete(oldest)
    },
    judge: submission => judgeSender(submission) ?? judgeShare(entries.get(submission.share.jobId), submission),
  }
}

/** Codes and words of the first protocol text where it has them, of node-stratum-pool where not. */
export const poolErrors = {
  staleJob: { class: 'stale', code: 21, text: 'Stale share' },
  unknownJob: { class: 'unknown-job', code: 21, text: 'job not found' },
  duplicate: { class: 'duplicate', code: 22, text: 'Duplicate share' },
  lowDifficulty: { class: 'low-difficulty', code: 23, text: 'Low difficulty share' },
  unauthorized: { class: 'unauthorized', code: 24, text: 'Unauthorized worker' },
  notSubscribed: { class: 'not-subscribed', code: 25, text: 'Not subscribed' },
  badExtranonce2: { class: 'bad-extranonce2', code: 20, text: 'incorrect size of extranonce2' },
  badNtimeSize: { class: 'bad-ntime', code: 20, text: 'incorrect size of ntime' },
  ntimeOutOfRange: { class: 'bad-ntime', code: 20, text: 'ntime out of range' },
  badNonce: { class: 'malformed', code: 20, text: 'incorrect size of nonce' },
  badVersion: { class: 'bad-version', code: 20, text: 'Invalid version mask' },
  badParams: { class: 'malformed', code: 20, text: 'Invalid params' },
  rejectedAll: { class: 'other', code: 20, text: 'Other/Unknown' },
  unknownMethod: { class: 'unknown-method', code: -3, text: 'Method not found' },
} as const satisfies Record<string, PoolError>

interface Entry {
  readonly job: Job
  readonly difficulty: number
  isStale: boolean
  readonly seen: Set<string>
}

const mostJobs = 64
/** ckpool takes an ntime up to 7,000 s after the job's. */
const ntimeRangeS = 7000

function retire(entry: Entry): void {
  entry.isStale = true
  entry.seen.clear()
}

function judgeSender({ isSubscribed, isAuthorized }: Submission): Verdict {
  if (!isSubscribed) return poolErrors.notSubscribed
  return isAuthorized ? null : poolErrors.unauthorized
}

function judgeShare(entry: Entry | undefined, submission: Submission): Verdict {
  if (entry === undefined) return poolErrors.unknownJob
  if (entry.isStale) return poolErrors.staleJob
  return judgeShape(entry.job, submission) ?? judgeHash(entry, submission)
}

function judgeShape(job: Job, { share, extranonce2Size, versionMask }: Submission): Verdict {
  if (share.extranonce2.length !== 2 * extranonce2Size) return poolErrors.badExtranonce2
  if (share.ntime.length !== 8) return poolErrors.badNtimeSize
  if (share.nonce.length !== 8) return poolErrors.badNonce
  const ntime = uint32FromHex(share.ntime) ?? 0
  if (ntime < job.ntime || ntime > job.ntime + ntimeRangeS) return poolErrors.ntimeOutOfRange
  const bits = share.versionBits === null ? null : uint32FromHex(share.versionBits)
  if ((bits === null) !== (versionMask === null)) return poolErrors.badVersion
  return ((bits ?? 0) & ~(versionMask ?? 0)) === 0 ? null : poolErrors.badVersion
}

/** The worker is no part of what makes a share a duplicate: the header is. */
function judgeHash({ job, difficulty, seen }: Entry, { share, extranonce1, versionMask }: Submission): Verdict {
  const key = `${extranonce1}${shareKey({ ...share, worker: '' })}`.toLowerCase()
  if (seen.has(key)) return poolErrors.duplicate
  seen.add(key)
  const check = checkShare({ job, share, extranonce1, versionMask, difficulty })
  return check.meetsDifficulty === true ? null : poolErrors.lowDifficulty
}
