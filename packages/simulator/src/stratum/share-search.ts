import { headerOf, startNonceSearch, targetOf } from '@headframe/stratum'
import type { HashQueue } from './hash-queue.ts'
import type { FoundShare, Work } from './pool-link.ts'
import { poissonGapMs, randomHex } from './random-stream.ts'
import type { RandomStream } from './random-stream.ts'

export interface ShareSearch {
  /** A job came: a search for a void one starts over on the new. */
  onWork(isClean: boolean): void
  stop(): void
}

export interface ShareSearchOptions {
  readonly random: RandomStream
  readonly sharesPerMinute: number
  readonly queue: HashQueue
  /** Newest work, `null` when there is none. */
  readonly work: () => Work | null
  readonly onFound: (share: FoundShare) => void
}

/** Finds shares at the times of a Poisson process, each by hashing. Shares that fall due during a search follow it. */
export function startShareSearch(options: ShareSearchOptions): ShareSearch {
  let due = 0
  let cancel: (() => void) | null = null
  let timer = setTimeout(onTimer, nextGapMs())

  function nextGapMs(): number {
    return poissonGapMs(options.random, 60_000 / options.sharesPerMinute)
  }

  function onTimer(): void {
    timer = setTimeout(onTimer, nextGapMs())
    due = Math.min(due + 1, mostDue)
    if (cancel === null) search()
  }

  function search(): void {
    const work = options.work()
    if (work === null || due === 0) return
    const attempt = attemptAt(work, options.random)
    const done = (nonce: number | null): void => {
      cancel = null
      due -= 1
      if (nonce !== null) options.onFound({ ...attempt.share, nonce })
      search()
    }
    cancel = options.queue.add({ ...attempt.task, done })
  }

  return {
    onWork: isClean => {
      if (!isClean || cancel === null) return
      cancel()
      cancel = null
      search()
    },
    stop: () => {
      clearTimeout(timer)
      cancel?.()
      due = 0
    },
  }
}

/** A burst that a slow machine cannot serve is forgotten: the rate is then lower than asked. */
const mostDue = 5
/** Beyond this a share is given up: a CPU does not meet the difficulty of an ASIC. */
const mostHashes = 20_000_000
/** A search of 16 times the mean misses its share once in nine million. */
const searchTimesMean = 16

function attemptAt(work: Work, random: RandomStream) {
  const { job, extranonce1, versionMask } = work
  const extranonce2 = randomHex(random, work.extranonce2Size)
  const versionBits = versionMask === null ? null : (uint32(random) & versionMask) >>> 0
  const version = ((job.version & ~(versionMask ?? 0)) | (versionBits ?? 0)) >>> 0
  const header = headerOf(job, { extranonce1, extranonce2, version, ntime: job.ntime, nonce: 0 })
  const expectedHashes = work.difficulty * 2 ** 32
  return {
    share: { work, extranonce2, versionBits },
    task: {
      search: startNonceSearch(header, targetOf(work.difficulty)),
      from: uint32(random),
      budget: Math.min(searchTimesMean * expectedHashes, mostHashes),
    },
  }
}

function uint32(random: RandomStream): number {
  return Math.floor(random() * 0x1_0000_0000)
}
