import type { RejectClass, Share } from '@headframe/stratum'
import { shareKey } from './share-book.ts'
import type { Verdict } from './share-book.ts'

export interface JudgedShare {
  /** `worker|job|extranonce2|ntime|nonce|version bits` */
  readonly key: string
  readonly worker: string
  readonly at: number
  /** `null` when accepted. */
  readonly reject: RejectClass | null
}

export interface LedgerOptions {
  readonly keepShares: number
  readonly onShare: (share: JudgedShare) => void
  readonly now: () => number
}

export interface PoolLedger {
  record(share: Share, verdict: Verdict): void
  accepted(): readonly JudgedShare[]
  counts(): LedgerCounts
}

export interface LedgerCounts {
  readonly accepted: number
  readonly rejected: number
  readonly rejectedByClass: Readonly<Partial<Record<RejectClass, number>>>
}

/** Counts every share, and keeps the newest accepted ones. */
export function createLedger(options: LedgerOptions): PoolLedger {
  let kept: JudgedShare[] = []
  let acceptedCount = 0
  let rejectedCount = 0
  const rejectedByClass: Partial<Record<RejectClass, number>> = {}

  const keep = (share: JudgedShare): void => {
    acceptedCount += 1
    kept.push(share)
    // Half as many again, so that the list is seldom moved.
    if (kept.length > 1.5 * options.keepShares) kept = kept.slice(-options.keepShares)
  }

  const refuse = (reject: RejectClass): void => {
    rejectedCount += 1
    rejectedByClass[reject] = (rejectedByClass[reject] ?? 0) + 1
  }

  return {
    record: (share, verdict) => {
      const reject = verdict?.class ?? null
      const judged = { key: shareKey(share), worker: share.worker, at: options.now(), reject }
      if (reject === null) keep(judged)
      else refuse(reject)
      options.onShare(judged)
    },
    accepted: () => kept.slice(-options.keepShares),
    counts: () => ({ accepted: acceptedCount, rejected: rejectedCount, rejectedByClass: { ...rejectedByClass } }),
  }
}
