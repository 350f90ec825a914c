import { difficultyOf, hashValue, meetsDifficulty, targetOfBits } from './difficulty.ts'
import { sha256d } from './hash.ts'
import { hexFromBytes, isHex, uint32FromHex } from './hex.ts'
import { coinbaseOf, headerWithRoot, merkleRootOf } from './job.ts'
import type { Job } from './job.ts'

/** What a miner says in `mining.submit`, as it said it. */
export interface Share {
  readonly worker: string
  readonly jobId: string
  readonly extranonce2: string
  readonly ntime: string
  readonly nonce: string
  /** Rolled bits (BIP 310); `null` when there is no sixth field. */
  readonly versionBits: string | null
}

/** A share with all that it takes to check it. */
export interface ShareWork {
  readonly job: Job
  readonly extranonce1: string
  /** Last mask before the submit; `null` when version rolling is off. */
  readonly versionMask: number | null
  /** In force when the job came; `null` when not known, and then there is no verdict. */
  readonly difficulty: number | null
  readonly share: Share
}

export interface ShareCheck {
  readonly header: Uint8Array
  readonly coinbase: Uint8Array
  readonly merkleRoot: Uint8Array
  /** As explorers show it: most significant byte first. */
  readonly hash: string
  readonly version: number
  readonly difficulty: number
  /** `null` when nbits makes no sense. */
  readonly networkDifficulty: number | null
  readonly isBlock: boolean
  /** The miner rolled bits that the mask does not give it: pools that XOR or OR them get another header. */
  readonly rolledOutsideMask: boolean
  readonly meetsDifficulty: boolean | null
  /** So close to the difficulty that a pool which calculates in doubles may differ. */
  readonly isBoundary: boolean
}

/** The share in the parameters of a `mining.submit`; `null` when one of them is not what it must be. */
export function readShare(params: readonly unknown[]): Share | null {
  const [worker, jobId, extranonce2, ntime, nonce, bits] = params
  if (typeof worker !== 'string' || typeof jobId !== 'string') return null
  if (typeof extranonce2 !== 'string' || !isHex(extranonce2)) return null
  if (!isUint32(ntime) || !isUint32(nonce)) return null
  const versionBits = bits === undefined || bits === null ? null : bits
  if (versionBits !== null && !isUint32(versionBits)) return null
  return { worker, jobId, extranonce2, ntime, nonce, versionBits }
}

/** Hashes a share and compares it with what was asked. */
export function checkShare(work: ShareWork): ShareCheck {
  const { job, share } = work
  const coinbase = coinbaseOf(job, work.extranonce1, share.extranonce2)
  const merkleRoot = merkleRootOf(job, coinbase)
  const bits = valueOf(share.versionBits ?? '0')
  const mask = work.versionMask ?? 0
  const version = share.versionBits === null ? job.version : ((job.version & ~mask) | (bits & mask)) >>> 0
  const header = headerWithRoot(job, merkleRoot, { version, ntime: valueOf(share.ntime), nonce: valueOf(share.nonce) })
  const hash = sha256d(header)
  return {
    header,
    coinbase,
    merkleRoot,
    hash: hexFromBytes(hash.toReversed()),
    version,
    rolledOutsideMask: (bits & ~mask) !== 0,
    ...judge(hash, job, work.difficulty),
  }
}

type Verdict = Pick<ShareCheck, 'difficulty' | 'networkDifficulty' | 'isBlock' | 'meetsDifficulty' | 'isBoundary'>

function judge(hash: Uint8Array, job: Job, asked: number | null): Verdict {
  const value = hashValue(hash)
  const difficulty = difficultyOf(value)
  const target = targetOfBits(job.nbits)
  const known = asked !== null && asked > 0 && Number.isFinite(asked)
  return {
    difficulty,
    networkDifficulty: target === null ? null : difficultyOf(target),
    isBlock: target !== null && value <= target,
    meetsDifficulty: known ? meetsDifficulty(value, asked) : null,
    isBoundary: known && Math.abs(difficulty / asked - 1) < 1e-9,
  }
}

function isUint32(value: unknown): value is string {
  return typeof value === 'string' && uint32FromHex(value) !== null
}

function valueOf(hex: string): number {
  const value = uint32FromHex(hex)
  if (value === null) throw new Error('not a 32-bit number in hex')
  return value
}
