import { hexFromUint32 } from '@headframe/stratum'
import type { Job } from '@headframe/stratum'
import { randomHex, randomStream } from './random-stream.ts'

export interface PoolJobOptions {
  readonly seed: number
  /** Counts jobs from 1. */
  readonly number: number
  /** Counts blocks from 0: jobs of one block have the previous hash in common. */
  readonly block: number
  readonly clean: boolean
  readonly ntime: number
  readonly extranonceSize: number
  readonly tag: string
}

/** A job like those of mainnet in size and shape, the same for the same options. */
export function makePoolJob(options: PoolJobOptions): Job {
  const random = randomStream(options.seed, jobChannel + options.number)
  const coinbase = coinbaseHalves(options, hexFromUint32(Math.floor(random() * 2 ** 32)))
  const branchCount = 10 + Math.floor(random() * 4)
  return {
    id: options.number.toString(16).padStart(8, '0'),
    prevhash: previousHash(options),
    ...coinbase,
    branches: Array.from({ length: branchCount }, () => randomHex(random, 32)),
    version: 0x20000000,
    nbits: 0x17023a04,
    ntime: options.ntime,
    clean: options.clean,
  }
}

/** The line that hands a job out. */
export function notifyLine(job: Job): string {
  const header = [hexFromUint32(job.version), hexFromUint32(job.nbits), hexFromUint32(job.ntime)]
  const params = [job.id, job.prevhash, job.coinb1, job.coinb2, job.branches, ...header, job.clean]
  return `${JSON.stringify({ id: null, method: 'mining.notify', params })}\n`
}

const jobChannel = 1_000_000
const blockChannel = 2_000_000
const commitmentChannel = 3_000_000
const payoutChannel = 4_000_000
const firstHeight = 925_000
/** Subsidy of this halving plus fees that are usual, in satoshi. */
const reward = 312_500_000 + 4_200_000

/** In the word order of `mining.notify`: the zeros of a hash that meets nbits stand at its end. */
function previousHash({ seed, block }: PoolJobOptions): string {
  return `${randomHex(randomStream(seed, blockChannel + block), 22)}0000${'00'.repeat(8)}`
}

/** Shape of ckpool's coinbase: height and time, the extranonce, the pool's tag; one payout, the witness commitment. */
function coinbaseHalves(options: PoolJobOptions, salt: string): { coinb1: string; coinb2: string } {
  const random = randomStream(options.seed, commitmentChannel + options.number)
  const height = littleEndian(firstHeight + options.block, 3)
  const before = `03${height}04${littleEndian(options.ntime, 4)}04${salt}`
  const tag = Buffer.from(options.tag, 'latin1').toString('hex')
  const after = `${byte(tag.length / 2)}${tag}`
  const scriptSize = before.length / 2 + options.extranonceSize + after.length / 2
  const payout = `${littleEndian(reward, 8)}160014${randomHex(randomStream(options.seed, payoutChannel), 20)}`
  const commitment = `${littleEndian(0, 8)}266a24aa21a9ed${randomHex(random, 32)}`
  return {
    coinb1: `0100000001${'00'.repeat(32)}ffffffff${byte(scriptSize)}${before}`,
    coinb2: `${after}ffffffff02${payout}${commitment}00000000`,
  }
}

function byte(value: number): string {
  return value.toString(16).padStart(2, '0')
}

function littleEndian(value: number, byteCount: number): string {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64LE(BigInt(value))
  return bytes.toString('hex', 0, byteCount)
}
