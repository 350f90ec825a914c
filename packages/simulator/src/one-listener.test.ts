import { once } from 'node:events'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { expect, test } from 'vitest'
import type { SiteSettings } from './site-settings.ts'
import { exchange, freePort, testClock, testSite } from './testing.ts'
import { realWorld } from './world.ts'

async function largeSite(settings: Partial<SiteSettings> = {}) {
  const ports = { 80: await freePort(), 4028: await freePort(), 4433: await freePort() }
  const started = await testSite({ miners: 50_000, firstAddress: '127.40.0.1', ports, ...settings })
  const get = async (address: string, path = '/') => (await fetch(`http://${address}:${ports[80]}${path}`)).status
  const version = async (address: string) =>
    (await exchange({ address, port: ports[4028] }, '{"command":"version"}')).toString()
  return { ...started, ports, get, version, [Symbol.asyncDispose]: () => started.site.close() }
}

test('50,000 miners have three listeners, and each answers on its own address', async () => {
  const places: string[] = []
  const listen: typeof realWorld.listen = (at, serve) => {
    places.push(at.address)
    return realWorld.listen(at, serve)
  }
  const ports = { 80: await freePort(), 4028: await freePort(), 4433: await freePort() }
  await using started = await testSite({ miners: 50_000, firstAddress: '127.40.0.1', ports }, { listen })
  const { site } = started
  expect(places).toEqual(['0.0.0.0', '0.0.0.0', '0.0.0.0'])
  expect(site.at(49_999).address).toBe('127.40.195.80')
  const first = { address: '127.40.0.1', port: ports[4028] }
  expect((await exchange(first, '{"command":"version"}')).toString()).toContain(site.at(0).model)
  const info = await fetch(`http://127.40.195.80:${ports[80]}/api/system/info`)
  expect(await info.json()).toMatchObject({ macAddr: site.at(49_999).mac, ipv4: '127.40.195.80' })
})

test('no two of 50,000 miners share a MAC', async () => {
  await using large = await largeSite()
  expect(new Set(large.site.miners.map(miner => miner.mac)).size).toBe(50_000)
})

test('an address without a miner is reset at once, and so is a port that its protocol lacks', async () => {
  await using large = await largeSite()
  await expect(large.version('127.40.195.81')).rejects.toThrow('ECONNRESET')
  await expect(large.version('127.39.255.255')).rejects.toThrow('ECONNRESET')
  expect(await large.get('127.40.195.80')).toBe(200)
  await expect(large.version('127.40.195.80')).rejects.toThrow('ECONNRESET')
})

test('what is not addressed to loopback is reset', async () => {
  await using large = await largeSite()
  const addresses = Object.values(networkInterfaces()).flatMap(each => each ?? [])
  const own = addresses.filter(({ family, internal }) => family === 'IPv4' && !internal).map(({ address }) => address)
  const answers = await Promise.allSettled(own.map(large.version))
  expect(answers.map(({ status }) => status)).toEqual(own.map(() => 'rejected'))
})

test('a miner that moved answers at its new address, and not at the old one', async () => {
  await using large = await largeSite()
  const miner = large.site.at(49_999)
  await miner.setFault('dhcp-move')
  expect(miner.address).toBe('127.40.195.81')
  expect(await large.get('127.40.195.81')).toBe(200)
  await expect(large.get('127.40.195.80')).rejects.toThrow()
  expect(large.site.miner('127.40.195.81')).toBe(miner)
  expect(large.site.miner('127.40.195.80')).toBe(null)
})

test('refuse: open connections end and new ones are reset; healed, it answers again', async () => {
  await using large = await largeSite()
  const miner = large.site.at(0)
  const socket = connect({ host: miner.address, port: large.ports[4028] })
  await once(socket, 'connect')
  expect(await large.version(miner.address)).toContain(miner.model)
  await miner.setFault('refuse')
  await once(socket, 'close')
  await expect(large.version(miner.address)).rejects.toThrow('ECONNRESET')
  await miner.setFault(null)
  expect(await large.version(miner.address)).toContain(miner.model)
})

test('a reboot takes its time, as with a listener of its own', async () => {
  await using large = await largeSite({ rebootMs: 1_000 })
  const miner = large.site.at(0)
  miner.reboot()
  await expect(large.version(miner.address)).rejects.toThrow('ECONNRESET')
  large.clock.advance(1_000)
  expect(await large.version(miner.address)).toContain(miner.model)
  expect(miner.state()).toMatchObject({ phase: 'up', boots: 2 })
})

test('a share of the site has a fault at once: always the same miners, a larger share has them too', async () => {
  await using large = await largeSite()
  const faulty = (name: string) => large.site.miners.filter(miner => miner.state().fault?.name === name)
  const few = await large.site.setFaults({ share: 0.01, fault: 'hot' })
  const hot = faulty('hot')
  expect(hot).toHaveLength(few)
  expect(few).toBeGreaterThan(400)
  expect(few).toBeLessThan(600)
  const more = await large.site.setFaults({ share: 0.02, fault: 'refuse' })
  expect(more).toBeGreaterThan(few)
  expect(hot.map(miner => miner.state().fault?.name)).toEqual(hot.map(() => 'refuse'))
  expect(await large.site.setFaults({ share: 1, fault: null })).toBe(more)
  expect(faulty('refuse')).toEqual([])
})

test('each of a share that moves has an address of its own', async () => {
  await using large = await largeSite()
  const moved = await large.site.setFaults({ share: 0.01, fault: 'dhcp-move' })
  expect(new Set(large.site.miners.map(miner => miner.address)).size).toBe(50_000)
  expect(large.site.miners.filter(miner => miner.state().fault !== null)).toHaveLength(moved)
})

test('when a miner is first asked changes nothing in what it says', async () => {
  const clock = testClock()
  const settings = { miners: 100, oneListener: true, firstAddress: '127.40.0.1' } as const
  const site = async () =>
    await testSite(
      { ...settings, ports: { 80: await freePort(), 4028: await freePort(), 4433: await freePort() } },
      clock,
    )
  await using early = await site()
  await using late = await site()
  const asked = early.site.at(7).state()
  clock.advance(3_600_000)
  expect(late.site.at(7).state()).toEqual(early.site.at(7).state())
  expect(early.site.at(7).state().pools[0]!.accepted).toBeGreaterThan(asked.pools[0]!.accepted)
})

test('a port that is taken fails the start, and holds no other', async () => {
  const taken = await freePort()
  const free = await freePort()
  await using holder = await testSite({ miners: [{ model: 's21' }], ports: { 80: taken } })
  expect(holder.site.count).toBe(1)
  await expect(largeSite({ ports: { 80: free, 4028: await freePort(), 4433: taken } })).rejects.toThrow('EADDRINUSE')
  await using large = await largeSite({ ports: { 80: free, 4028: await freePort(), 4433: await freePort() } })
  expect(large.site.count).toBe(50_000)
})

test('shares are sent to a pool by sites with listeners of their own only', async () => {
  await expect(testSite({ miners: 50_000, stratum: true })).rejects.toThrow('as they would come')
})
