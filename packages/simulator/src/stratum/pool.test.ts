import { once } from 'node:events'
import { bytesFromHex, coinbaseOf, readCoinbase } from '@headframe/stratum'
import type { RejectClass } from '@headframe/stratum'
import { expect, test } from 'vitest'
import { startPool } from './pool.ts'
import { classOf, mined, minerAt, poolWith, readyAt } from './test-miner.ts'
import type { Ready } from './test-miner.ts'

test('takes a share that meets the difficulty, and keeps it by its key', async () => {
  const pool = await poolWith()
  const ready = await readyAt(pool)
  const params = mined(ready)
  expect(await classOf(ready, params)).toBe('accepted')
  expect(pool.acceptedShares()).toEqual([
    { key: [...params, ''].join('|'), worker: 'w', at: 1_700_000_000_000, reject: null },
  ])
  expect(pool.counters()).toMatchObject({ accepted: 1, rejected: 0, connections: 1, jobs: 1 })
})

test('refuses the same share a second time, also in other letters', async () => {
  const ready = await readyAt(await poolWith())
  const params = mined(ready, { extranonce2: 'abcdef0000000001' })
  const upper = params.map((param, index) => (index === 2 ? param.toUpperCase() : param))
  expect([await classOf(ready, params), await classOf(ready, params), await classOf(ready, upper)]).toEqual([
    'accepted',
    'duplicate',
    'duplicate',
  ])
})

test('takes the same share of another connection, whose header is another', async () => {
  const pool = await poolWith()
  const [one, two] = [await readyAt(pool), await readyAt(pool)]
  expect(one.extranonce1).not.toBe(two.extranonce1)
  expect([await classOf(one, mined(one)), await classOf(two, mined(two))]).toEqual(['accepted', 'accepted'])
})

test('refuses a share below the difficulty: a real hash decides', async () => {
  const ready = await readyAt(await poolWith({ difficulty: 1e-3 }))
  const [worker, job, extranonce2, ntime] = mined(ready)
  expect(await classOf(ready, [worker, job, extranonce2, ntime, '00000000'])).toBe('low-difficulty')
})

test('refuses shares of an earlier block, and takes those of an earlier job', async () => {
  const pool = await poolWith()
  const ready = await readyAt(pool)
  pool.sendJob(false)
  expect(await classOf(ready, mined(ready))).toBe('accepted')
  pool.sendJob(true)
  expect(await classOf(ready, mined(ready, { extranonce2: '0000000000000002' }))).toBe('stale')
})

test.each<[RejectClass, (ready: Ready) => unknown[]]>([
  ['unknown-job', ready => mined(ready).with(1, 'ffffffff')],
  ['unauthorized', ready => mined(ready).with(0, 'someone')],
  ['bad-extranonce2', ready => mined(ready).with(2, '00')],
  ['bad-ntime', ready => mined(ready, { ntime: ready.job.ntime - 1 })],
  ['bad-ntime', ready => mined(ready, { ntime: ready.job.ntime + 7001 })],
  ['bad-ntime', ready => mined(ready).with(3, '0')],
  ['malformed', ready => mined(ready).with(4, '0')],
  ['bad-version', ready => [...mined(ready), '00002000']],
  ['malformed', ready => mined(ready).with(4, 'xyz')],
])('answers %s where a share is wrong so', async (wanted, wrong) => {
  const pool = await poolWith()
  const ready = await readyAt(pool)
  expect(await classOf(ready, wrong(ready))).toBe(wanted)
  expect(pool.counters().accepted).toBe(0)
})

test('refuses a share before the subscription', async () => {
  const miner = await minerAt(await poolWith())
  const { reject } = await miner.ask('mining.submit', 'w', 'j', '00', '00000000', '00000000')
  expect(reject).toMatchObject({ class: 'not-subscribed', code: 25 })
})

test('lets a miner roll the bits of the mask and no others', async () => {
  const pool = await poolWith()
  const miner = await minerAt(pool)
  const configured = await miner.ask('mining.configure', ['version-rolling', 'info'], {
    'version-rolling.mask': '000fffff',
  })
  const subscribed = await miner.ask('mining.subscribe')
  await miner.ask('mining.authorize', 'w', 'x')
  const extranonce1 = Array.isArray(subscribed.result) ? String(subscribed.result[1]) : ''
  const ready = { miner, job: await miner.job(), extranonce1 }
  const rolled = [...mined(ready, { version: 0x20002000 }), '00002000']
  expect(configured.result).toEqual({ 'version-rolling': true, 'version-rolling.mask': '000fe000', info: false })
  expect(await classOf(ready, rolled)).toBe('accepted')
  expect(await classOf(ready, rolled.with(5, '10000000'))).toBe('bad-version')
  expect(await classOf(ready, mined(ready))).toBe('bad-version')
})

test('refuses the workers that it is told to, and gives them no work', async () => {
  const pool = await poolWith({ refusedWorkers: ['thief'] })
  const miner = await minerAt(pool)
  await miner.ask('mining.subscribe')
  const { reject } = await miner.ask('mining.authorize', 'thief', 'x')
  expect(reject).toEqual({ class: 'unauthorized', code: 24, text: 'Unauthorized worker' })
  expect(miner.texts).toHaveLength(2)
})

test('gives work in order: difficulty, then job, after the answer to authorize', async () => {
  const { miner } = await readyAt(await poolWith())
  expect(miner.texts.map(text => JSON.parse(text).method ?? 'answer')).toEqual([
    'answer',
    'answer',
    'mining.set_difficulty',
    'mining.notify',
  ])
})

test('a new difficulty comes with a job that it counts for', async () => {
  const pool = await poolWith()
  const ready = await readyAt(pool)
  pool.setDifficulty(1e-3)
  const job = await ready.miner.job(({ id }) => id !== ready.job.id)
  const easy = mined({ ...ready, job })
  expect(await classOf(ready, mined(ready))).toBe('accepted')
  expect(await classOf(ready, easy)).toBe('low-difficulty')
})

test('hands out the same jobs for the same seed, and others for another', async () => {
  const jobOf = async (seed: number) => (await readyAt(await poolWith({ seed }))).job
  const [one, same, other] = [await jobOf(1), await jobOf(1), await jobOf(2)]
  expect(same).toEqual(one)
  expect(other.prevhash).not.toBe(one.prevhash)
})

test('has coinbases like those of mainnet', async () => {
  const { job, extranonce1 } = await readyAt(await poolWith({ tag: '/a mine/' }))
  const coinbase = readCoinbase(coinbaseOf(job, extranonce1, '00'.repeat(8)))
  expect(coinbase).toMatchObject({ height: 925_001, lockTime: 0 })
  expect(coinbase?.tags).toContain('/a mine/')
  expect(coinbase?.outputs.map(output => output.script.slice(0, 4))).toEqual(['0014', '6a24'])
  expect(job.prevhash).toMatch(/^[0-9a-f]{44}0{20}$/)
  expect(job.branches.length).toBeGreaterThanOrEqual(10)
  expect(bytesFromHex(job.coinb2)).not.toBeNull()
})

test.each([
  ['a line that is no JSON', 'GET / HTTP/1.1\n'],
  ['a line without end', 'x'.repeat(20_000)],
])('drops a connection on %s', async (_, bytes) => {
  const { miner } = await readyAt(await poolWith())
  const closed = once(miner.socket, 'close')
  miner.socket.write(`${bytes}\n`)
  await closed
})

test('answers what a miner sent before it closed its side', async () => {
  const { miner } = await readyAt(await poolWith())
  const id = miner.send('mining.ping', [])
  miner.socket.end()
  expect((await miner.answerTo(id)).result).toBe('pong')
})

test('keeps as many accepted shares as it is told to, the newest', async () => {
  const pool = await poolWith({ keepShares: 2, difficulty: 1e-9 })
  const ready = await readyAt(pool)
  const extranonces = ['01', '02', '03', '04', '05'].map(end => end.padStart(16, '0'))
  for (const extranonce2 of extranonces) await classOf(ready, mined(ready, { extranonce2, difficulty: 1e-9 }))
  expect(pool.acceptedShares().map(({ key }) => key.split('|')[2])).toEqual(extranonces.slice(-2))
  expect(pool.counters().accepted).toBe(5)
})

test('does not start on a port that is taken', async () => {
  const pool = await poolWith()
  await expect(startPool({ port: pool.port })).rejects.toMatchObject({ code: 'EADDRINUSE' })
})
