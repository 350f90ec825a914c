import type { Job } from '@headframe/stratum'
import { makePoolJob, notifyLine } from './pool-job.ts'

export interface PoolWorkOptions {
  readonly seed: number
  readonly difficulty: number
  readonly extranonce2Size: number
  readonly tag: string
  readonly now: () => number
  /** Called with each job before its line goes out. */
  readonly onJob: (job: Job, difficulty: number) => void
}

/** What the pool has its miners hash. Difficulty and job go together: a new difficulty counts from the next job. */
export interface PoolWork {
  /** @returns the line that hands the job out */
  next(isNewBlock: boolean): string
  setDifficulty(difficulty: number): string
  /** For a miner that comes now: the difficulty, then the newest job. */
  welcome(): string
  counts(): { readonly jobs: number; readonly blocks: number }
}

export function createPoolWork(options: PoolWorkOptions): PoolWork {
  let difficulty = options.difficulty
  let jobs = 0
  let blocks = 0
  let newest = ''

  const next = (isNewBlock: boolean): string => {
    jobs += 1
    if (isNewBlock) blocks += 1
    const job = makePoolJob({
      seed: options.seed,
      number: jobs,
      block: blocks,
      clean: isNewBlock,
      ntime: Math.floor(options.now() / 1000),
      extranonceSize: extranonce1Size + options.extranonce2Size,
      tag: options.tag,
    })
    options.onJob(job, difficulty)
    newest = notifyLine(job)
    return newest
  }

  return {
    next,
    setDifficulty: value => {
      difficulty = value
      return difficultyLine(value)
    },
    welcome: () => difficultyLine(difficulty) + newest,
    counts: () => ({ jobs, blocks }),
  }
}

const extranonce1Size = 4

function difficultyLine(difficulty: number): string {
  return `${JSON.stringify({ id: null, method: 'mining.set_difficulty', params: [difficulty] })}\n`
}
