import { once } from 'node:events'
import { createServer } from 'node:net'
import { expect, test, vi } from 'vitest'
import { demoMix } from './mix.ts'
import { startSite } from './site.ts'
import { exchange, testClock, testPools, testSite } from './testing.ts'

function families(count: number): Record<string, number> {
  const groups = Object.groupBy(demoMix(count), model => model.family)
  return Object.fromEntries(Object.entries(groups).map(([family, models]) => [family, models.length]))
}

test('a site of 200 is mostly Antminers, some WhatsMiners of both APIs, and a shelf of Bitaxes', () => {
  expect(families(200)).toEqual({ antminer: 110, whatsminer: 70, bitaxe: 20 })
  expect(new Set(demoMix(200).flatMap(model => (model.family === 'whatsminer' ? [model.api] : [])))).toEqual(
    new Set([2, 3]),
  )
})

test('a small site has as many miners as asked', () => {
  expect([0, 1, 7, 33].map(count => demoMix(count).length)).toEqual([0, 1, 7, 33])
})

test('the same seed gives the same site, another seed another', async () => {
  const told = async (seed: number) => {
    await using started = await testSite({ miners: 12, seed })
    const { address: _, ...rest } = started.site.miners[0]!.state()
    return {
      who: started.site.miners.map(({ id, model, mac, serial }) => [id, model, mac, serial]),
      hashrateHs: rest.hashrateHs,
    }
  }
  expect(await told(1)).toEqual(await told(1))
  expect(await told(2)).not.toEqual(await told(1))
})

test('no two miners share a MAC, a serial or a worker name', async () => {
  await using started = await testSite({ miners: 100 })
  const { miners } = started.site
  expect(new Set(miners.map(miner => miner.mac)).size).toBe(100)
  expect(new Set(miners.map(miner => miner.state().pools[0]!.user)).size).toBe(100)
  expect(new Set(miners.map(miner => miner.serial).filter(serial => serial !== '')).size).toBe(90)
})

test('each miner answers on its own address; one where no miner is refuses', async () => {
  await using started = await testSite({ miners: [{ model: 's21' }, { model: 'm50s' }] })
  const { miners, ports } = started.site
  const ask = (address: string) => exchange({ address, port: ports[4028] }, '{"command":"devdetails"}')
  expect((await ask(miners[0]!.address)).toString()).toContain('Invalid command')
  expect((await ask(miners[1]!.address)).toString()).toContain('M50S_VH50')
  const absent = miners[1]!.address.replace(/\d+$/, last => String((Number(last) + 1) % 256))
  await expect(ask(absent)).rejects.toThrow('ECONNREFUSED')
})

test('only what its protocol has is open', async () => {
  await using started = await testSite({ miners: [{ model: 'bitaxe-gamma' }] })
  const { miners, ports } = started.site
  await expect(exchange({ address: miners[0]!.address, port: ports[4028] }, '{}')).rejects.toThrow('ECONNREFUSED')
})

test('after close nothing answers', async () => {
  const started = await testSite({ miners: [{ model: 's21' }] })
  const { miners, ports } = started.site
  await started.site.close()
  await expect(exchange({ address: miners[0]!.address, port: ports[4028] }, '{}')).rejects.toThrow('ECONNREFUSED')
})

test('a port that is taken fails the start, and holds no other', async () => {
  const address = `127.${130 + (process.pid % 100)}.7.1`
  const taken = createServer().listen(14_028, address)
  await once(taken, 'listening')
  const settings = {
    miners: [{ model: 's21' }, { model: 's21' }],
    firstAddress: address,
    stratum: false,
    pools: testPools,
  }
  await expect(startSite(settings)).rejects.toThrow('EADDRINUSE')
  await new Promise(done => void taken.close(done))
  const site = await startSite(settings)
  await site.close()
})

test('only loopback, and only models that there are', async () => {
  await expect(startSite({ miners: 1, firstAddress: '10.0.0.1' })).rejects.toThrow('loopback')
  await expect(startSite({ miners: [{ model: 's99' }] })).rejects.toThrow('no such model')
})

test('demo faults: one without a hashboard, one hot, one with a dead fan; later one falls silent and one off', async () => {
  const clock = testClock()
  await using started = await testSite({ miners: 40, demoFaults: true }, clock)
  const faulty = () => started.site.miners.map(miner => miner.state()).filter(state => state.fault !== null)
  const names = () =>
    faulty()
      .map(state => state.fault!.name)
      .toSorted()
  expect(names()).toEqual(['dead-fan', 'hot', 'lost-hashboard'])
  clock.advance(90_000)
  const slowly = { timeout: 15_000 }
  await vi.waitFor(
    () => expect(names()).toEqual(['dead-fan', 'hot', 'lost-hashboard', 'reboot-never-returns', 'silent']),
    slowly,
  )
  await vi.waitFor(() => expect(faulty().filter(state => state.phase === 'off')).toHaveLength(1), slowly)
})
