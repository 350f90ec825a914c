import { bytesFromHex, isHex, uint32FromHex } from './hex.ts'
import { sha256d } from './hash.ts'

/** Work as `mining.notify` gives it. Hex strings are as received; numbers are the values that their hex spells. */
export interface Job {
  readonly id: string
  readonly prevhash: string
  readonly coinb1: string
  readonly coinb2: string
  readonly branches: readonly string[]
  readonly version: number
  readonly nbits: number
  readonly ntime: number
  /** Whether all earlier jobs are void; `null` when the pool does not say. */
  readonly clean: boolean | null
}

/** What one miner adds to a job to make one header. */
export interface HeaderParts {
  readonly extranonce1: string
  readonly extranonce2: string
  readonly version: number
  readonly ntime: number
  readonly nonce: number
}

/** The job in the parameters of a `mining.notify`; `null` when one of them is not what it must be. */
export function readJob(params: readonly unknown[]): Job | null {
  const [id, prevhash, coinb1, coinb2, branches, version, nbits, ntime] = params
  if (typeof id !== 'string' || !isHexText(prevhash) || prevhash.length !== 64) return null
  if (!isHexText(coinb1) || !isHexText(coinb2) || !isBranches(branches)) return null
  const values = { version: uint32(version), nbits: uint32(nbits), ntime: uint32(ntime) }
  if (values.version === null || values.nbits === null || values.ntime === null) return null
  return {
    id,
    prevhash,
    coinb1,
    coinb2,
    branches,
    version: values.version,
    nbits: values.nbits,
    ntime: values.ntime,
    clean: cleanFlag(params),
  }
}

/** Bytes of the coinbase as it is hashed: the stripped form, which gives the txid. Throws on what is not hex. */
export function coinbaseOf(job: Job, extranonce1: string, extranonce2: string): Uint8Array {
  return mustBeHex(job.coinb1 + extranonce1 + extranonce2 + job.coinb2)
}

/** Merkle root in the byte order of the header. */
export function merkleRootOf(job: Job, coinbase: Uint8Array): Uint8Array {
  const pair = new Uint8Array(64)
  let root = sha256d(coinbase)
  for (const branch of job.branches) {
    pair.set(root)
    pair.set(mustBeHex(branch), 32)
    root = sha256d(pair)
  }
  return root
}

/** The 80 bytes that are hashed. */
export function headerOf(job: Job, parts: HeaderParts): Uint8Array {
  const root = merkleRootOf(job, coinbaseOf(job, parts.extranonce1, parts.extranonce2))
  return headerWithRoot(job, root, parts)
}

export function headerWithRoot(job: Job, root: Uint8Array, parts: Omit<HeaderParts, 'extranonce1' | 'extranonce2'>) {
  const header = new Uint8Array(80)
  const view = new DataView(header.buffer)
  view.setUint32(0, parts.version, true)
  header.set(swapWords(mustBeHex(job.prevhash)), 4)
  header.set(root, 36)
  view.setUint32(68, parts.ntime, true)
  view.setUint32(72, job.nbits, true)
  view.setUint32(76, parts.nonce, true)
  return header
}

/** Hash of the block before, as explorers show it. */
export function previousBlockOf(job: Job): string {
  const words = job.prevhash.match(/.{8}/g) ?? []
  return words.toReversed().join('')
}

/** Mainnet has 13 branches at 8,000 transactions; no block holds 2^32 of them. */
const maxBranches = 32

function isHexText(value: unknown): value is string {
  return typeof value === 'string' && isHex(value)
}

function isBranches(value: unknown): value is string[] {
  return (
    Array.isArray(value) &&
    value.length <= maxBranches &&
    value.every(branch => isHexText(branch) && branch.length === 64)
  )
}

function uint32(value: unknown): number | null {
  return typeof value === 'string' ? uint32FromHex(value) : null
}

/** Longer parameter lists occur: ESP-Miner takes the last element, and so do we when the ninth is no boolean. */
function cleanFlag(params: readonly unknown[]): boolean | null {
  const ninth = params[8]
  if (typeof ninth === 'boolean') return ninth
  const last = params.at(-1)
  return typeof last === 'boolean' ? last : null
}

/** Reverses each 4-byte word: `mining.notify` writes the previous hash that way. */
function swapWords(bytes: Uint8Array): Uint8Array {
  const swapped = new Uint8Array(bytes.length)
  for (let i = 0; i < bytes.length; i++) swapped[i] = bytes[i ^ 3] ?? 0
  return swapped
}

function mustBeHex(hex: string): Uint8Array {
  const bytes = bytesFromHex(hex)
  if (bytes === null) throw new Error('not hex')
  return bytes
}
