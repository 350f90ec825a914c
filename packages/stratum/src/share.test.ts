import { expect, test } from 'vitest'
import { hexFromBytes } from './hex.ts'
import { headerOf } from './job.ts'
import type { Job } from './job.ts'
import { checkShare } from './share.ts'
import type { Share, ShareWork } from './share.ts'

/** The first block as a job: consensus data, with "The " and "Time" of its text as extranonces. */
const genesis: Job = {
  id: 'g',
  prevhash: '00'.repeat(32),
  coinb1: `01000000010000000000000000000000000000000000000000000000000000000000000000ffffffff4d04ffff001d010445`,
  coinb2:
    '732030332f4a616e2f32303039204368616e63656c6c6f72206f6e206272696e6b206f66207365636f6e64206261696c6f757420666f722062616e6b73ffffffff0100f2052a01000000434104678afdb0fe5548271967f1a67130b7105cd6a828e03909a67962e0ea1f61deb649f6bc3f4cef38c4f35504e51ec112de5c384df7ba0b8d578a4c702b6bf11d5fac00000000',
  branches: [],
  version: 1,
  nbits: 0x1d00ffff,
  ntime: 0x495fab29,
  clean: true,
}
const share: Share = {
  worker: 'w',
  jobId: 'g',
  extranonce2: '54696d65',
  ntime: '495fab29',
  nonce: '7c2bac1d',
  versionBits: null,
}
const work: ShareWork = { job: genesis, extranonce1: '54686520', versionMask: null, difficulty: 2536, share }

test('checks the first block', () => {
  expect(checkShare(work)).toMatchObject({
    hash: '000000000019d6689c085ae165831e934ff763ae46a2a6c172b3f1b60a8ce26f',
    difficulty: 2536.4262984453103,
    networkDifficulty: 1,
    isBlock: true,
    meetsDifficulty: true,
    isBoundary: false,
  })
})

test('a share below the difficulty does not meet it', () => {
  expect(checkShare({ ...work, difficulty: 2537 }).meetsDifficulty).toBe(false)
})

test('gives no verdict when the difficulty is not known', () => {
  expect(checkShare({ ...work, difficulty: null })).toMatchObject({ meetsDifficulty: null, isBoundary: false })
})

test('marks a share at the very difficulty: a pool that counts in doubles may differ', () => {
  expect(checkShare({ ...work, difficulty: 2536.42629844531 }).isBoundary).toBe(true)
})

test('rolls the bits of the mask and no others', () => {
  const rolled = { ...share, versionBits: 'ffffffff' }
  expect(checkShare({ ...work, share: rolled, versionMask: 0x1fffe000 })).toMatchObject({
    version: 0x1fffe001,
    rolledOutsideMask: true,
  })
  expect(checkShare({ ...work, share: { ...share, versionBits: '00b44000' }, versionMask: 0x1fffe000 })).toMatchObject({
    version: 0x00b44001,
    rolledOutsideMask: false,
  })
})

test('takes masked bits from the miner alone, also where the job sets them', () => {
  const job = { ...genesis, version: 0x3fffe000 }
  const check = checkShare({ ...work, job, share: { ...share, versionBits: '00002000' }, versionMask: 0x1fffe000 })
  expect(check.version).toBe(0x20002000)
})

test('ignores rolled bits while version rolling is off, and says so', () => {
  expect(checkShare({ ...work, share: { ...share, versionBits: '00002000' } })).toMatchObject({
    version: 1,
    rolledOutsideMask: true,
  })
})

test('has no network difficulty for bits that make no sense', () => {
  expect(checkShare({ ...work, job: { ...genesis, nbits: 0 } })).toMatchObject({
    networkDifficulty: null,
    isBlock: false,
  })
})

test('writes versions above 2^31 as they are', () => {
  const parts = { extranonce1: '', extranonce2: '', version: 0xfffffffe, ntime: 0xffffffff, nonce: 0xffffffff }
  expect(hexFromBytes(headerOf(genesis, parts))).toMatch(/^feffffff.*ffffffffffff001dffffffff$/)
})
