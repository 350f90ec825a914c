import { expect, test } from 'vitest'
import { startPool, type JudgedShare } from './stratum/index.ts'
import { testSite } from './testing.ts'
import { realWorld } from './world.ts'

/** A pool, and its next accepted share. */
async function watchedPool() {
  let wanted = Promise.withResolvers<JudgedShare>()
  const pool = await startPool({ onShare: share => wanted.resolve(share) })
  return {
    pool,
    nextShare: () => {
      wanted = Promise.withResolvers()
      return wanted.promise
    },
    [Symbol.asyncDispose]: () => pool.close(),
  }
}

test('a miner finds real shares, tells what the pool said of them, and mines for the pool that it is given', async () => {
  await using first = await watchedPool()
  await using second = await watchedPool()
  const settings = { miners: [{ model: 'bitaxe-gamma' }], stratum: true, sharesPerMinute: 600, rebootMs: 0 }
  const pools = [{ url: first.pool.url, user: 'account.{worker}' }]
  await using started = await testSite({ ...settings, pools }, realWorld)
  const [miner] = started.site.miners
  const url = `http://${miner!.address}:${started.site.ports[80]}/api/system`

  expect((await first.nextShare()).worker).toBe(miner!.state().pools[0]!.user)
  await expect.poll(async () => JSON.parse(await (await fetch(`${url}/info`)).text()).sharesAccepted).toBeGreaterThan(0)
  expect(miner!.state().pools[0]).toMatchObject({ active: true, alive: true, rejected: 0 })
  expect(second.pool.counters().connectionsEver).toBe(0)

  const body = JSON.stringify({ stratumURL: '127.0.0.1', stratumPort: second.pool.port, stratumUser: 'me.2' })
  await fetch(url, { method: 'PATCH', body })
  await fetch(`${url}/restart`, { method: 'POST' })
  expect((await second.nextShare()).worker).toBe('me.2')
  expect(first.pool.counters().connections).toBe(0)
})
