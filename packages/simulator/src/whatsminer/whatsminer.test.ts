import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { SimulatedSite } from '../site.ts'
import { exchange, testClock, testPools, testSite } from '../testing.ts'
import { decrypted, encrypted } from './cipher.ts'
import { framed } from './frames.ts'
import { md5Crypt } from './md5-crypt.ts'
import { v3Digest, v3Token } from './v3-token.ts'

// Shapes as in the guide's tables for API 2 and API 3.
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

const m30 = { miners: [{ model: 'm30s++' }] }
const m50 = { miners: [{ model: 'm50s' }] }
const m60 = { miners: [{ model: 'm60s' }] }

async function raw(site: SimulatedSite, request: object) {
  const at = { address: site.miners[0]!.address, port: site.ports[4028] }
  return JSON.parse((await exchange(at, JSON.stringify(request))).toString())
}

async function login(site: SimulatedSite, password = 'admin') {
  const { Msg } = await raw(site, { cmd: 'get_token' })
  const key = md5Crypt(password, Msg.salt)
  return { token: md5Crypt(key + Msg.time, Msg.newsalt), key: createHash('sha256').update(key).digest() }
}

async function write2(site: SimulatedSite, call: object, given?: Awaited<ReturnType<typeof login>>) {
  const { token, key } = given ?? (await login(site))
  const reply = await raw(site, { enc: 1, data: encrypted(JSON.stringify({ ...call, token }), key) })
  return reply.enc === undefined ? reply : JSON.parse(decrypted(reply.enc, key)!)
}

function call3(site: SimulatedSite, request: object) {
  return new Promise<ReturnType<typeof JSON.parse>>((resolve, reject) => {
    let received = Buffer.alloc(0)
    const socket = connect({ host: site.miners[0]!.address, port: site.ports[4433] }, () =>
      socket.write(framed(JSON.stringify(request))),
    )
    socket.on('data', chunk => {
      received = Buffer.concat([received, chunk])
      if (received.length < 4 || received.length < 4 + received.readUInt32LE(0)) return
      socket.destroy()
      resolve(JSON.parse(received.subarray(4).toString()))
    })
    socket.on('error', reject)
  })
}

async function signed3(site: SimulatedSite, cmd: string, of: { ts: number; password?: string }) {
  const salt = (await call3(site, { cmd: 'get.device.info', param: 'salt' })).msg.salt
  const signing = { cmd, salt, ts: Math.floor(of.ts / 1000), password: of.password ?? 'super' }
  return { request: { cmd, ts: signing.ts, account: 'super', token: v3Token(signing) }, key: v3Digest(signing) }
}

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
