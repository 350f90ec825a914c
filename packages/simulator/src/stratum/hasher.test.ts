import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { createHashQueue } from './hash-queue.ts'
import type { PoolOptions } from './pool.ts'
import { accepted, deadPool, hasherAt, heldQueue, pollUntil, urlOf } from './test-hasher.ts'
import { poolWith } from './test-miner.ts'

const easyPool = (options: PoolOptions = {}) => poolWith({ difficulty: 1e-8, ...options })

test('finds shares that a pool accepts, all of them', async () => {
  const pool = await easyPool()
  const hasher = hasherAt([pool])
  await hasher.until(accepted(20))
  await hasher.stop()
  const [own] = hasher.state().pools
  expect(own).toMatchObject({ rejected: 0, stale: 0, difficulty: 1e-8, lastShareAt: 1_700_000_000_000, alive: true })
  expect(pool.counters()).toMatchObject({ rejected: 0 })
  expect(pool.counters().accepted).toBeGreaterThanOrEqual(20)
  expect(new Set(pool.acceptedShares().map(share => share.key)).size).toBe(pool.counters().accepted)
})

test('rolls the version where the pool lets it', async () => {
  const pool = await easyPool()
  await hasherAt([pool]).until(accepted(5))
  const bits = pool.acceptedShares().map(({ key }) => key.split('|')[5])
  expect(new Set(bits).size).toBeGreaterThan(1)
  expect(bits.filter(each => (Number.parseInt(each ?? '', 16) & ~0x1fffe000) !== 0)).toEqual([])
})

test('finds the same shares from the same seed', async () => {
  const keysOf = async () => {
    const pool = await easyPool({ now: () => 1_700_000_000_000 })
    await hasherAt([pool]).until(accepted(3))
    return pool
      .acceptedShares()
      .slice(0, 3)
      .map(({ key }) => key)
  }
  expect(await keysOf()).toEqual(await keysOf())
})

test('many share one queue: each gets its shares', async () => {
  const pool = await easyPool()
  const queue = createHashQueue()
  const hashers = Array.from({ length: 60 }, (_, seed) => hasherAt([pool], { seed, sharesPerMinute: 1200 }, queue))
  const states = await Promise.all(hashers.map(hasher => hasher.until(accepted(2))))
  expect(states.flatMap(state => state.pools.map(({ rejected, stale }) => rejected + stale))).toEqual(Array(60).fill(0))
})

test('connects from the address that it is given', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await once(server, 'listening')
  hasherAt([{ url: urlOf(server) }], { localAddress: '127.9.8.7' })
  const [socket] = await once(server, 'connection')
  expect(socket.remoteAddress).toBe('127.9.8.7')
  socket.destroy()
})

test('leaves its pool when paused, and comes back when resumed', async () => {
  const pool = await easyPool()
  const hasher = hasherAt([pool])
  await hasher.until(accepted(1))
  hasher.pause()
  expect(hasher.state()).toMatchObject({ activePool: null, connected: false })
  await pollUntil(() => pool.counters().connections === 0)
  hasher.resume()
  await hasher.until(state => state.connected)
})

test('begins anew with other pools', async () => {
  const [one, two] = [await easyPool(), await easyPool()]
  const hasher = hasherAt([one])
  await hasher.until(accepted(1))
  hasher.setPools([{ url: two.url, user: 'other', password: 'x' }])
  const state = await hasher.until(accepted(1))
  expect(state.pools).toMatchObject([{ url: two.url, user: 'other', rejected: 0 }])
  expect(two.acceptedShares()[0]?.worker).toBe('other')
})

test('other pools do not start a paused one', async () => {
  const pool = await easyPool()
  const hasher = hasherAt([await deadPool()])
  hasher.pause()
  hasher.setPools([{ url: pool.url, user: 'w', password: 'x' }])
  expect(hasher.state()).toMatchObject({ activePool: null, connected: false })
  hasher.resume()
  await hasher.until(accepted(1))
})

test('is without connection once stopped', async () => {
  const pool = await easyPool()
  const hasher = hasherAt([pool])
  await hasher.until(accepted(1))
  await hasher.stop()
  await pollUntil(() => pool.counters().connections === 0)
  expect(hasher.state()).toMatchObject({ activePool: null, connected: false })
})

test('counts stale and rejected shares apart', async () => {
  const pool = await easyPool()
  const held = heldQueue()
  const hasher = hasherAt([pool], {}, held)
  const task = await held.next()
  pool.setFaults({ rejectAll: true })
  task.done(0)
  await hasher.until(state => state.pools[0]!.rejected === 1)
  pool.setFaults({ rejectAll: false })
  const late = await held.next()
  // The pool finds a block of which the miner does not hear before it submits.
  pool.setFaults({ silent: true })
  pool.sendJob(true)
  pool.setFaults({ silent: false })
  late.done(0)
  const state = await hasher.until(({ pools }) => pools[0]!.stale === 1)
  expect(state.pools[0]).toMatchObject({ accepted: 0, rejected: 1, stale: 1 })
})

test('starts a search over when a new block makes its job void, and goes on when it does not', async () => {
  const pool = await easyPool()
  const held = heldQueue()
  hasherAt([pool], {}, held)
  const first = await held.next()
  pool.sendJob(false)
  pool.sendJob(true)
  const second = await held.next()
  expect(held.cancelled).toEqual([first])
  expect(second.search.tail).not.toEqual(first.search.tail)
})
