import { expect, test } from 'vitest'
import { z } from 'zod'
import { testPools, testSite } from '../testing.ts'
import { login, raw, write2 } from './testing.ts'

// Shapes as in the guide's table for API 2.
const summary2 = z.object({
  Elapsed: z.number(),
  'HS RT': z.number().min(100_000),
  'MHS av': z.number(),
  'MHS 1m': z.number(),
  'Factory GHS': z.number(),
  Power: z.number(),
  'Power Limit': z.number(),
  'Power Mode': z.literal('Normal'),
  'Fan Speed In': z.number(),
  'Fan Speed Out': z.number(),
  'Env Temp': z.number(),
  'Chip Temp Max': z.number(),
  Uptime: z.number(),
  MAC: z.string(),
  'Firmware Version': z.string(),
  'Error Code Count': z.number(),
})

const m30 = { miners: [{ model: 'm30s++' }] }
const m50 = { miners: [{ model: 'm50s' }] }

const nine = {
  pool1: 'stratum+tcp://pool.example:3333',
  worker1: 'me.1',
  passwd1: 'x',
  pool2: '',
  worker2: '',
  passwd2: '',
  pool3: '',
  worker3: '',
  passwd3: '',
}

test('API 2 tells what it is and how it does', async () => {
  await using started = await testSite(m30)
  const { site } = started
  const told = summary2.parse((await raw(site, { cmd: 'summary' })).SUMMARY[0])
  expect(told['HS RT']).toBeGreaterThan(110e6 * 0.96)
  expect(told['HS RT']).toBeLessThan(110e6 * 1.04)
  expect(told.MAC).toBe(site.miners[0]!.mac)
  expect((await raw(site, { command: 'devdetails' })).DEVDETAILS[0]).toMatchObject({
    Driver: 'bitmicro',
    Model: 'M30S++_VG40',
  })
  expect((await raw(site, { cmd: 'devs' })).DEVS).toMatchObject([
    { Slot: 0 },
    { Slot: 1 },
    { Slot: 2, 'Effective Chips': 117 },
  ])
  expect((await raw(site, { cmd: 'get_version' })).Msg.fw_ver).toBe('20220922.14.REL')
  expect((await raw(site, { cmd: 'get_miner_info' })).Msg).toMatchObject({
    minersn: site.miners[0]!.serial,
    ledstat: 'auto',
  })
  expect((await raw(site, { cmd: 'pools' })).POOLS[0]).toMatchObject({
    POOL: 1,
    URL: testPools[0]!.url,
    'Stratum Active': true,
  })
  expect(await raw(site, { command: 'version' })).toMatchObject({ STATUS: 'E', Code: 14 })
})

test('the web page sends a browser to HTTPS', async () => {
  await using started = await testSite(m30)
  const url = `http://${started.site.miners[0]!.address}:${started.site.ports[80]}/`
  const answer = await fetch(url, { redirect: 'manual' })
  expect(answer.status).toBe(307)
  expect(answer.headers.get('location')).toMatch(/^https:.*\/cgi-bin\/luci$/)
})

test('a write that is not encrypted is refused', async () => {
  await using started = await testSite(m50)
  expect(await raw(started.site, { cmd: 'reboot' })).toMatchObject({ STATUS: 'E', Code: 45 })
  expect(started.site.miners[0]!.state().phase).toBe('up')
})

test('a write under a wrong password cannot be read', async () => {
  await using started = await testSite(m50)
  const { site } = started
  expect(await write2(site, { cmd: 'reboot' }, await login(site, 'guess'))).toMatchObject({
    Code: 23,
    Msg: 'enc json load err',
  })
})

test('a write with a sign that was not given out, or is older than half an hour, is refused', async () => {
  await using started = await testSite(m50)
  const { site, clock } = started
  const good = await login(site)
  expect(await write2(site, { cmd: 'set_led', param: 'auto' }, { ...good, token: 'invented' })).toMatchObject({
    Code: 135,
  })
  expect(await write2(site, { cmd: 'set_led', param: 'auto' }, good)).toMatchObject({ Code: 131 })
  clock.advance(31 * 60_000)
  expect(await write2(site, { cmd: 'set_led', param: 'auto' }, good)).toMatchObject({ Code: 135 })
})

test('only so many tokens are out at a time', async () => {
  await using started = await testSite(m50)
  await Array.from({ length: 16 }).reduce<Promise<unknown>>(
    before => before.then(() => login(started.site)),
    Promise.resolve(),
  )
  expect(await raw(started.site, { cmd: 'get_token' })).toMatchObject({ Code: 136, Msg: 'over max connect' })
})

test('where the owner did not open the write API, nothing is written', async () => {
  await using started = await testSite({ miners: [{ model: 'm50s', writeApi: false }] })
  expect(await write2(started.site, { cmd: 'reboot' })).toMatchObject({ Code: 45, Msg: "can't access write cmd" })
})

test('API 2 shows a locate', async () => {
  await using started = await testSite(m50)
  const { site } = started
  const led = { cmd: 'set_led', color: 'red', period: 200, duration: 100, start: 0 }
  expect(await write2(site, led)).toMatchObject({ STATUS: 'S', Code: 131 })
  expect((await raw(site, { cmd: 'get_miner_info' })).Msg.ledstat).toBe('manual')
  await write2(site, { cmd: 'set_led', param: 'auto' })
  expect((await raw(site, { cmd: 'get_miner_info' })).Msg.ledstat).toBe('auto')
})

test('new pools are mined with at once on one build, after a restart of mining on another', async () => {
  await using newer = await testSite(m50)
  await using older = await testSite(m30)
  expect(await write2(newer.site, { cmd: 'update_pools', ...nine })).toMatchObject({ Code: 131 })
  expect((await raw(newer.site, { cmd: 'pools' })).POOLS[0]).toMatchObject({ URL: nine.pool1, User: 'me.1' })
  await write2(older.site, { cmd: 'update_pools', ...nine })
  expect((await raw(older.site, { cmd: 'pools' })).POOLS[0].URL).toBe(testPools[0]!.url)
  await write2(older.site, { cmd: 'restart_btminer' })
  expect((await raw(older.site, { cmd: 'pools' })).POOLS[0].URL).toBe(nine.pool1)
})

test('API 2 wants all nine fields of the pools', async () => {
  await using started = await testSite(m50)
  expect(await write2(started.site, { cmd: 'update_pools', pool1: 'stratum+tcp://a:1' })).toMatchObject({ Code: 132 })
})

test('a reboot answers before when it is asked to, and then starts its uptime anew', async () => {
  await using started = await testSite({ ...m50, rebootMs: 15_000 })
  const { site, clock } = started
  expect(await write2(site, { cmd: 'reboot', respbefore: 'true' })).toMatchObject({ Code: 131 })
  await expect(raw(site, { cmd: 'summary' })).rejects.toThrow('ECONNREFUSED')
  clock.advance(15_000)
  await site.miners[0]!.setFault(null)
  clock.advance(4_000)
  expect((await raw(site, { cmd: 'summary' })).SUMMARY[0]).toMatchObject({ Uptime: 4, Elapsed: 4 })
})

test('a reboot that is not asked to answer before does not', async () => {
  await using started = await testSite(m50)
  await expect(write2(started.site, { cmd: 'reboot' })).rejects.toThrow()
  expect(started.site.miners[0]!.state().phase).toBe('rebooting')
})
