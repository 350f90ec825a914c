import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  checkShare,
  coinbaseOf,
  decodeMessage,
  headerOf,
  hexFromBytes,
  hexFromUint32,
  merkleRootOf,
  previousBlockOf,
  readAnswer,
  readCoinbase,
  readJob,
  readShare,
  sha256d,
  bytesFromHex,
  targetOf,
  uint32FromHex,
} from './index.ts'
import type { Answer, Call } from './index.ts'

const folder = new URL('../../../../shared/fixtures/stratum/', import.meta.url)
const isPresent = existsSync(folder)

interface ShareVector {
  readonly extranonce1: string
  readonly version_mask: string | null
  readonly set_difficulty?: number
  readonly notify: readonly unknown[]
  readonly submit: readonly unknown[]
  readonly expect: Readonly<Record<'header' | 'hash' | 'coinbase_txid' | 'merkle_root_internal', string>> & {
    readonly version_used: string
    readonly prevhash_display: string
    readonly is_block: boolean
  }
  readonly computed: {
    readonly coinbase: string
    readonly share_difficulty: number
    readonly network_difficulty: number
  }
}

interface HeaderVector {
  readonly extranonce1: string
  readonly extranonce2: string
  readonly notify: readonly unknown[]
  readonly difficulty: number
  readonly expect: {
    readonly header: string
    readonly merkle_root_internal: string
    readonly target_hex_for_difficulty_10000: string
  }
}

interface WireVector {
  readonly line: string
  readonly expect: Readonly<Record<string, unknown>> & { readonly kind: string }
}

interface ExpectedCoinbase {
  readonly height: number
  readonly scriptsig: string
  readonly ascii_runs: readonly string[]
  readonly outputs: readonly { readonly value: number; readonly script: string }[]
  readonly sequence: string
  readonly locktime: number
  readonly total: number
}

interface CoinbaseVector {
  readonly pool: string
  readonly raw: string
  readonly expect: ExpectedCoinbase
}

interface SplitCoinbaseVector extends Readonly<Record<'coinb1' | 'extranonce1' | 'extranonce2' | 'coinb2', string>> {
  readonly expect: ExpectedCoinbase
}

function read(name: string): string {
  return isPresent ? readFileSync(new URL(name, folder), 'utf8') : '[]'
}

const shareFiles = isPresent ? readdirSync(folder).filter(name => name.startsWith('share-')) : []
const wireMessages: readonly WireVector[] = JSON.parse(read('wire-messages.json'))
const coinbases: readonly CoinbaseVector[] = JSON.parse(read('coinbase-decode.json'))

describe.skipIf(!isPresent)('recorded data (skipped without ../shared/fixtures/stratum)', () => {
  test('has all nine shares', () => {
    expect(shareFiles).toHaveLength(9)
  })

  test.each(shareFiles)('checks the share in %s as its pool did', name => {
    const vector: ShareVector = JSON.parse(read(name))
    const versionMask = vector.version_mask === null ? null : uint32FromHex(vector.version_mask)
    const job = readJob(vector.notify)!
    const check = checkShare({
      job,
      share: readShare(vector.submit)!,
      extranonce1: vector.extranonce1,
      versionMask,
      difficulty: vector.set_difficulty ?? null,
    })
    expect({
      header: hexFromBytes(check.header),
      hash: check.hash,
      coinbase: hexFromBytes(check.coinbase),
      txid: hexFromBytes(sha256d(check.coinbase).toReversed()),
      merkleRoot: hexFromBytes(check.merkleRoot),
      version: hexFromUint32(check.version),
      previousBlock: previousBlockOf(job),
      difficulty: check.difficulty,
      networkDifficulty: check.networkDifficulty,
      isBlock: check.isBlock,
      meetsDifficulty: check.meetsDifficulty,
      isBoundary: check.isBoundary,
      rolledOutsideMask: check.rolledOutsideMask,
    }).toEqual({
      header: vector.expect.header,
      hash: vector.expect.hash,
      coinbase: vector.computed.coinbase,
      txid: vector.expect.coinbase_txid,
      merkleRoot: vector.expect.merkle_root_internal,
      version: vector.expect.version_used,
      previousBlock: vector.expect.prevhash_display,
      difficulty: vector.computed.share_difficulty,
      networkDifficulty: vector.computed.network_difficulty,
      isBlock: vector.expect.is_block,
      meetsDifficulty: 'set_difficulty' in vector ? true : null,
      isBoundary: false,
      rolledOutsideMask: false,
    })
  })

  test('builds the header and the target of the header vector', () => {
    const vector: HeaderVector = JSON.parse(read('header-574216.json'))
    const job = readJob(vector.notify)!
    const { extranonce1, extranonce2 } = vector
    const parts = { extranonce1, extranonce2, version: job.version, ntime: job.ntime, nonce: 0 }
    const root = merkleRootOf(job, coinbaseOf(job, extranonce1, extranonce2))
    expect({
      header: hexFromBytes(headerOf(job, parts)),
      root: hexFromBytes(root),
      target: targetOf(vector.difficulty).toString(16).padStart(64, '0'),
    }).toEqual({
      header: vector.expect.header,
      root: vector.expect.merkle_root_internal,
      target: vector.expect.target_hex_for_difficulty_10000,
    })
  })

  test.each(wireMessages)('reads $line', ({ line, expect: expected }) => {
    expect(described(line, expected.kind)).toEqual(expected)
  })

  test.each(coinbases)('reads the coinbase of $pool at $expect.height', vector => {
    expect(readCoinbase(bytesFromHex(vector.raw)!)).toEqual(wantedCoinbase(vector.expect))
  })

  test('reads a coinbase with its extranonce in an output', () => {
    const vector: SplitCoinbaseVector = JSON.parse(read('coinbase-datum-opreturn.json'))
    const hex = vector.coinb1 + vector.extranonce1 + vector.extranonce2 + vector.coinb2
    expect(readCoinbase(bytesFromHex(hex)!)).toEqual(wantedCoinbase(vector.expect))
  })
})

/** What was asked for each class of response, which is not told by the response. */
const methods: Readonly<Record<string, string>> = {
  'submit-result': 'mining.submit',
  'subscribe-result': 'mining.subscribe',
  'malformed-subscribe': 'mining.subscribe',
  'configure-result': 'mining.configure',
  'orphan-response': 'mining.get_transactions',
  error: 'mining.foo',
}

function described(line: string, kind: string): unknown {
  const message = decodeMessage(new TextEncoder().encode(line))
  if (message.kind === 'response') return plain(readAnswer(message, methods[kind] ?? null))
  return message.kind === 'request' || message.kind === 'notification' ? plain(message.call) : message.kind
}

/** The fields that a wire vector may name, under its names. */
function plain(value: Answer | Call): unknown {
  const { kind } = value
  switch (kind) {
    case 'subscribe-result':
    case 'set_extranonce':
      return { kind, extranonce1: value.extranonce1, extranonce2_size: value.extranonce2Size }
    case 'configure-result':
      return { kind, version_rolling: value.versionRolling, ...maskIn(value), ...minimumIn(value) }
    case 'submit-result':
      return { kind, accepted: value.accepted, reason: value.reject?.class }
    case 'error':
      return { kind, reason: value.reject.class }
    case 'set_version_mask':
      return { kind, ...maskIn(value) }
    case 'set_difficulty':
      return { kind, difficulty: value.difficulty }
    case 'subscribe':
      return { kind, agent: value.agent }
    case 'reconnect':
      return { kind, host: value.host, ...(value.port === null ? {} : { port: value.port }) }
    default:
      return { kind }
  }
}

const maskIn = ({ mask }: { readonly mask: number | null }) => (mask === null ? {} : { mask: hexFromUint32(mask) })
const minimumIn = ({ minimumDifficulty }: { readonly minimumDifficulty: boolean | null }) =>
  minimumDifficulty === null ? {} : { minimum_difficulty: minimumDifficulty }

function wantedCoinbase(expected: ExpectedCoinbase): unknown {
  return {
    height: expected.height,
    script: expected.scriptsig,
    tags: expected.ascii_runs,
    outputs: expected.outputs.map(({ value, script }) => ({ amountSat: value, script })),
    sequence: Number.parseInt(expected.sequence, 16),
    lockTime: expected.locktime,
    totalSat: expected.total,
  }
}
