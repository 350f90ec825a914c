import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { SimulatedSite } from '../site.ts'
import { testSite } from '../testing.ts'

// Field names and kinds as in the guide's table for AxeOS.
const info = z.object({
  ASICModel: z.string(),
  boardVersion: z.string(),
  asicCount: z.number(),
  smallCoreCount: z.number(),
  frequency: z.number(),
  hashRate: z.number(),
  temp: z.number(),
  vrTemp: z.number(),
  power: z.number(),
  voltage: z.number(),
  current: z.number(),
  coreVoltageActual: z.number(),
  fanrpm: z.number(),
  fanspeed: z.number(),
  sharesAccepted: z.number(),
  sharesRejected: z.number(),
  stratumURL: z.string(),
  stratumPort: z.number(),
  stratumUser: z.string(),
  fallbackStratumURL: z.string(),
  fallbackStratumPort: z.number(),
  fallbackStratumUser: z.string(),
  hostname: z.string(),
  macAddr: z.string().regex(/^([0-9A-F]{2}:){5}[0-9A-F]{2}$/),
  version: z.string(),
  uptimeSeconds: z.number(),
  overheat_mode: z.number(),
})

const gamma = { miners: [{ model: 'bitaxe-gamma' }] }

function url(site: SimulatedSite, path: string): string {
  return `http://${site.miners[0]!.address}:${site.ports[80]}${path}`
}

async function read(site: SimulatedSite): Promise<z.infer<typeof info>> {
  return info.parse(await (await fetch(url(site, '/api/system/info'))).json())
}

test('tells what it is and how it does', async () => {
  await using started = await testSite(gamma)
  const told = await read(started.site)
  expect(told).toMatchObject({ ASICModel: 'BM1370', boardVersion: '601', stratumURL: '127.0.0.1', stratumPort: 3333 })
  expect(told.hashRate).toBeGreaterThan(1071 * 0.85)
  expect(told.hashRate).toBeLessThan(1071 * 1.15)
  expect(told.temp).toBeGreaterThan(45)
  expect(told.sharesAccepted).toBeGreaterThan(1000)
})

test('says AxeOS on its page', async () => {
  await using started = await testSite(gamma)
  expect(await (await fetch(url(started.site, '/'))).text()).toContain('AxeOS')
})

test('refuses a request that says an origin', async () => {
  await using started = await testSite(gamma)
  const answer = await fetch(url(started.site, '/api/system/info'), { headers: { origin: 'http://elsewhere.example' } })
  expect(answer.status).toBe(401)
})

test('a reboot drops connections, is away for a while, and starts its uptime anew', async () => {
  await using started = await testSite({ ...gamma, rebootMs: 15_000 })
  const { site, clock } = started
  const before = await read(site)
  const idle = connect({ host: site.miners[0]!.address, port: site.ports[80] })
  await once(idle, 'connect')
  const answer = await fetch(url(site, '/api/system/restart'), { method: 'POST' })
  expect(await answer.text()).toContain('restart')
  await once(idle, 'close')
  await expect(fetch(url(site, '/api/system/info'))).rejects.toThrow()
  expect(site.miners[0]!.state()).toMatchObject({ phase: 'rebooting', boots: 1 })
  clock.advance(15_000)
  await site.miners[0]!.setFault(null)
  clock.advance(3_000)
  const after = await read(site)
  expect(before.uptimeSeconds).toBeGreaterThan(3600)
  expect(after).toMatchObject({ uptimeSeconds: 3 })
  expect(after.sharesAccepted).toBeLessThan(10)
})

test('pools that are set are told at once and mined with after a restart', async () => {
  await using started = await testSite({ ...gamma, rebootMs: 1_000 })
  const { site, clock } = started
  const body = JSON.stringify({
    stratumURL: 'pool.example',
    stratumPort: 4444,
    stratumUser: 'me.1',
    stratumPassword: 'z',
  })
  const answer = await fetch(url(site, '/api/system'), { method: 'PATCH', body })
  expect(answer.status).toBe(200)
  expect(await read(site)).toMatchObject({
    stratumURL: 'pool.example',
    stratumPort: 4444,
    stratumUser: 'me.1',
    fallbackStratumPort: 3334,
  })
  expect(site.miners[0]!.state().pools[0]).toMatchObject({ url: 'stratum+tcp://127.0.0.1:3333' })
  site.miners[0]!.reboot()
  clock.advance(1_000)
  expect(site.miners[0]!.state().pools[0]).toMatchObject({ url: 'stratum+tcp://pool.example:4444', user: 'me.1' })
})

test('a bad change is refused', async () => {
  await using started = await testSite(gamma)
  const answer = await fetch(url(started.site, '/api/system'), { method: 'PATCH', body: '{"stratumPort":"many"}' })
  expect(answer.status).toBe(400)
})

test('says hi for 30 seconds, or until asked again', async () => {
  await using started = await testSite(gamma)
  const { site, clock } = started
  const ask = async () => await (await fetch(url(site, '/api/system/identify'), { method: 'POST' })).text()
  expect(await ask()).toContain('for 30 seconds')
  expect(site.miners[0]!.state().locating).toBe(true)
  expect(await ask()).toContain('no longer')
  expect(site.miners[0]!.state().locating).toBe(false)
  await ask()
  clock.advance(30_000)
  expect(site.miners[0]!.state().locating).toBe(false)
})

test('an old AxeOS has no identify and fewer fields', async () => {
  await using started = await testSite({ miners: [{ model: 'bitaxe-ultra' }] })
  expect((await fetch(url(started.site, '/api/system/identify'), { method: 'POST' })).status).toBe(404)
  expect(await (await fetch(url(started.site, '/api/system/info'))).json()).not.toHaveProperty('hashRate_1m')
})
