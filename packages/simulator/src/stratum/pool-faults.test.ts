import { once } from 'node:events'
import { expect, test } from 'vitest'
import { classOf, mined, poolWith, readyAt } from './test-miner.ts'

test('a silent pool takes everything and answers nothing', async () => {
  const judged = Promise.withResolvers<unknown>()
  const pool = await poolWith({ onShare: judged.resolve })
  const ready = await readyAt(pool)
  pool.setFaults({ silent: true })
  ready.miner.send('mining.submit', mined(ready))
  pool.sendJob(true)
  await judged.promise
  pool.setFaults({ silent: false })
  await ready.miner.ask('mining.ping')
  expect(ready.miner.texts).toHaveLength(5)
})

test('a pool that rejects all says so to good shares', async () => {
  const pool = await poolWith()
  pool.setFaults({ rejectAll: true })
  const ready = await readyAt(pool)
  expect(await classOf(ready, mined(ready))).toBe('other')
  expect(pool.counters()).toMatchObject({ accepted: 0, rejected: 1, rejectedByClass: { other: 1 } })
})

test('a slow pool keeps the order of what it sends, also when it is fast again', async () => {
  const judged = Promise.withResolvers<unknown>()
  const pool = await poolWith({ onShare: judged.resolve })
  const ready = await readyAt(pool)
  pool.setFaults({ slowMs: 60 })
  const slow = ready.miner.send('mining.submit', mined(ready))
  await judged.promise
  pool.setFaults({ slowMs: 0 })
  const fast = ready.miner.send('mining.ping', [])
  await ready.miner.answerTo(fast)
  expect(ready.miner.texts.slice(-2).map(text => JSON.parse(text).id)).toEqual([Number(slow), Number(fast)])
})

test('drops all connections when told to, and takes new ones', async () => {
  const pool = await poolWith()
  const { miner } = await readyAt(pool)
  const closed = once(miner.socket, 'close')
  pool.dropConnections()
  await closed
  await readyAt(pool)
  expect(pool.counters()).toMatchObject({ connections: 1, connectionsEver: 2 })
})

test('finds blocks by itself, and none while they are frozen', async () => {
  const pool = await poolWith({ blockEveryMs: 1, notifyEveryMs: 5 })
  const { miner } = await readyAt(pool)
  await miner.job(({ clean, id }) => clean === true && Number.parseInt(id, 16) > 3)
  pool.setFaults({ freezeBlocks: true })
  const { blocks, jobs } = pool.counters()
  await miner.job(({ id }) => Number.parseInt(id, 16) > jobs + 3)
  expect(pool.counters().blocks).toBe(blocks)
})
