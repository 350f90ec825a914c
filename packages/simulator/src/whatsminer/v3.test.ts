import { expect, test } from 'vitest'
import { z } from 'zod'
import { exchange, testClock, testPools, testSite } from '../testing.ts'
import { encrypted } from './cipher.ts'
import { framed } from './frames.ts'
import { call3, login, raw, signed3, write2 } from './testing.ts'

// Shapes as in the guide's table for API 3.
const summary3 = z.object({
  elapsed: z.number(),
  'hash-realtime': z.number(),
  'hash-1min': z.number(),
  'hash-average': z.number(),
  'factory-hash': z.number(),
  'power-realtime': z.number(),
  'power-limit': z.number(),
  'environment-temperature': z.number(),
  'board-temperature': z.array(z.number()).length(3),
  'chip-temp-max': z.number(),
  'fan-speed-in': z.number(),
  'fan-speed-out': z.number(),
})

const m60 = { miners: [{ model: 'm60s' }] }

test('API 3 tells what it is and how it does; 4028 beside it tells less', async () => {
  await using started = await testSite(m60)
  const { site } = started
  const { msg } = await call3(site, { cmd: 'get.miner.status', param: 'summary+edevs+pools' })
  const told = summary3.parse(msg.summary)
  expect(told['hash-realtime']).toBeGreaterThan(181 * 0.96)
  expect(told['hash-realtime']).toBeLessThan(181 * 1.04)
  expect(msg.edevs).toMatchObject([{ id: 0 }, { id: 1 }, { id: 2, 'effective-chips': 225 }])
  expect(msg.pools[0]).toMatchObject({ url: testPools[0]!.url, status: 'alive', 'stratum-active': true })
  const info = (await call3(site, { cmd: 'get.device.info' })).msg
  expect(info).toMatchObject({
    miner: { type: 'M60S_VK40', 'miner-sn': site.miners[0]!.serial },
    network: { mac: site.miners[0]!.mac },
    system: { fwversion: '20251209.16.Rel2', ledstatus: 'auto' },
  })
  const [dev] = (await raw(site, { cmd: 'devs' })).DEVS
  expect(dev).not.toHaveProperty('Chip Temp Max')
})

test('API 3 says what it misses and what it does not know', async () => {
  await using started = await testSite(m60)
  expect(await call3(started.site, { cmd: 'get.miner.status' })).toMatchObject({ code: -3 })
  expect(await call3(started.site, { cmd: 'get.the.moon' })).toMatchObject({ code: -2 })
})

test('API 3 refuses a token of another password, another time, or none', async () => {
  const clock = testClock()
  await using started = await testSite(m60, clock)
  const { site } = started
  const cmd = 'set.system.reboot'
  expect(await call3(site, { cmd })).toMatchObject({ code: -4 })
  expect(await call3(site, (await signed3(site, cmd, { ts: clock.now(), password: 'x' })).request)).toMatchObject({
    code: -4,
  })
  expect(await call3(site, (await signed3(site, cmd, { ts: clock.now() - 3_600_000 })).request)).toMatchObject({
    code: -4,
  })
  expect(site.miners[0]!.state().phase).toBe('up')
})

test('API 3 shows a locate, takes encrypted pools, and reboots', async () => {
  const clock = testClock()
  await using started = await testSite({ ...m60, rebootMs: 1_000 }, clock)
  const { site } = started
  const led = await signed3(site, 'set.system.led', { ts: clock.now() })
  const blinking = [{ color: 'red', period: 200, duration: 100, start: 0 }]
  expect(await call3(site, { ...led.request, param: blinking })).toMatchObject({ code: 0 })
  expect((await call3(site, { cmd: 'get.device.info', param: 'system' })).msg.system.ledstatus).toBe('manual')

  const pools = await signed3(site, 'set.miner.pools', { ts: clock.now() })
  const rows = [{ pool: 'stratum+tcp://pool.example:3333', worker: 'me.1', passwd: 'x' }]
  const param = encrypted(JSON.stringify(rows), pools.key)
  expect(await call3(site, { ...pools.request, param })).toMatchObject({ code: 0 })
  const { msg } = await call3(site, { cmd: 'get.miner.status', param: 'pools' })
  expect(msg.pools).toMatchObject([{ url: 'stratum+tcp://pool.example:3333', account: 'me.1' }])

  const reboot = await signed3(site, 'set.system.reboot', { ts: clock.now() })
  expect(await call3(site, reboot.request)).toMatchObject({ code: 0 })
  clock.advance(1_000)
  await site.miners[0]!.setFault(null)
  clock.advance(2_000)
  const after = await call3(site, { cmd: 'get.miner.status', param: 'summary' })
  expect(after.msg.summary.elapsed).toBe(2)
  expect((await call3(site, { cmd: 'get.device.info', param: 'system' })).msg.system.ledstatus).toBe('auto')
})

test('API 3 takes several frames on a connection, and ends one that promises too much', async () => {
  await using started = await testSite(m60)
  const at = { address: started.site.miners[0]!.address, port: started.site.ports[4433] }
  const ask = framed(JSON.stringify({ cmd: 'get.device.info', param: 'salt' }))
  const answers = await exchange(at, Buffer.concat([ask, ask]), 'half-close')
  expect(answers.toString().match(/"salt"/g)).toHaveLength(2)
  expect((await exchange(at, Buffer.from('ffffffff00', 'hex'))).length).toBe(0)
})

test('a changed password is asked for by both APIs', async () => {
  const clock = testClock()
  await using started = await testSite(m60, clock)
  const { site } = started
  await site.miners[0]!.setFault('wrong-password', { password: 'changed' })
  const led = { cmd: 'set_led', param: 'auto' }
  expect(await write2(site, led, await login(site))).toMatchObject({ Code: 23 })
  expect(await write2(site, led, await login(site, 'changed'))).toMatchObject({ Code: 131 })
  const signed = (password: string) => signed3(site, 'set.system.led', { ts: clock.now(), password })
  expect(await call3(site, { ...(await signed('super')).request, param: 'auto' })).toMatchObject({ code: -4 })
  expect(await call3(site, { ...(await signed('changed')).request, param: 'auto' })).toMatchObject({ code: 0 })
})

test('API 3 tells of errors with the rest when there are some', async () => {
  await using started = await testSite(m60)
  const info = () => call3(started.site, { cmd: 'get.device.info' })
  expect((await info()).msg).not.toHaveProperty('error-code')
  await started.site.miners[0]!.setFault('lost-hashboard', { slot: 2 })
  expect((await info()).msg['error-code']).toMatchObject([{ 532: expect.any(String), reason: expect.any(String) }])
})
