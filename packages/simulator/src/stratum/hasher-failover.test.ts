import { expect, test } from 'vitest'
import type { HasherState } from './hasher.ts'
import type { PoolOptions } from './pool.ts'
import { accepted, deadPool, hasherAt, minesFor, pollUntil } from './test-hasher.ts'
import { poolWith } from './test-miner.ts'

const easyPool = (options: PoolOptions = {}) => poolWith({ difficulty: 1e-8, ...options })

test('comes back after it was cut off, and loses no count', async () => {
  const pool = await easyPool()
  const hasher = hasherAt([pool])
  await hasher.until(accepted(3))
  pool.dropConnections()
  await hasher.until(state => !state.connected)
  const before = hasher.state().pools[0]!
  const after = await hasher.until(accepted(before.accepted + 3))
  expect(before.alive).toBe(false)
  expect(after).toMatchObject({ activePool: 0, connected: true, pools: [{ alive: true, rejected: 0 }] })
  expect(pool.counters().connectionsEver).toBe(2)
})

test('goes to the next pool after three attempts in vain', async () => {
  const [dead, pool] = [await deadPool(), await easyPool()]
  const seen: HasherState[] = []
  const hasher = hasherAt([dead, pool], { returnMs: 60_000, onChange: state => void seen.push(state) })
  await pollUntil(() => hasher.state().connected)
  expect(seen.filter(state => state.activePool === 0)).toHaveLength(3)
  expect(hasher.state()).toMatchObject({
    activePool: 1,
    pools: [
      { alive: false, active: false },
      { alive: true, active: true },
    ],
  })
})

test('goes round to the first pool when the last is dead too', async () => {
  const dead = await deadPool()
  const first = await deadPool()
  const hasher = hasherAt([first, dead], { returnMs: 60_000 })
  await hasher.until(state => state.activePool === 1)
  await hasher.until(state => state.activePool === 0)
  expect(hasher.state().connected).toBe(false)
})

test('goes back to the first pool when that works again, without a pause in between', async () => {
  const [first, second] = [await easyPool(), await easyPool()]
  const port = first.port
  await first.close()
  const hasher = hasherAt([first, second])
  await hasher.until(minesFor(1))
  const again = await easyPool({ port })
  const connected: boolean[] = []
  await hasher.until(state => connected.push(state.connected) > 0 && minesFor(0)(state))
  expect(connected).not.toContain(false)
  await hasher.until(state => state.pools[0]!.accepted > 0)
  expect(second.counters().connections).toBe(0)
  expect(again.counters().rejected).toBe(0)
})

test('a pool that refuses its worker counts as dead', async () => {
  const [refusing, pool] = [await easyPool({ refusedWorkers: ['account.rig'] }), await easyPool()]
  const hasher = hasherAt([refusing, pool], { returnMs: 60_000 })
  await hasher.until(minesFor(1))
  expect(refusing.counters()).toMatchObject({ connectionsEver: 3, accepted: 0 })
})

test('connects to nothing outside of its machine', async () => {
  const pool = await easyPool()
  const foreign = [
    'stratum+tcp://192.0.2.1:3333',
    'stratum+tcp://127.0.0.1.example.com:3333',
    'stratum+ssl://127.0.0.1:3333',
  ]
  const hasher = hasherAt([...foreign.map(url => ({ url })), pool], { returnMs: 60_000 })
  const state = await hasher.until(minesFor(3))
  expect(state.pools.map(({ alive }) => alive)).toEqual([false, false, false, true])
})

test('begins with its first pool after a pause', async () => {
  const [first, second] = [await easyPool({ refusedWorkers: ['account.rig'] }), await easyPool()]
  const hasher = hasherAt([first, second], { returnMs: 60_000 })
  await hasher.until(minesFor(1))
  hasher.pause()
  hasher.resume()
  expect(hasher.state()).toMatchObject({ activePool: 0, connected: false })
})
