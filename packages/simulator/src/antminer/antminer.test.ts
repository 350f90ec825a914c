import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { SimulatedSite } from '../site.ts'
import { exchange, testPools, testSite } from '../testing.ts'

const four = z.array(z.number()).length(4)

// Shapes as in the guide's table for the web API of 2020 and later.
const stats = z.object({
  STATUS: z.object({ STATUS: z.literal('S'), when: z.number(), Msg: z.literal('stats'), api_version: z.string() }),
  INFO: z.object({ miner_version: z.string(), CompileTime: z.string(), type: z.string() }),
  STATS: z.tuple([
    z.object({
      elapsed: z.number(),
      rate_5s: z.number(),
      rate_30m: z.number(),
      rate_avg: z.number(),
      rate_ideal: z.number(),
      rate_unit: z.literal('GH/s'),
      chain_num: z.literal(3),
      fan_num: z.number(),
      fan: z.array(z.number()),
      watt: z.number().optional(),
      chain: z.array(
        z.object({
          index: z.number(),
          freq_avg: z.number(),
          rate_ideal: z.number(),
          rate_real: z.number(),
          asic_num: z.number(),
          asic: z.string(),
          temp_pic: four,
          temp_pcb: four,
          temp_chip: four,
          hw: z.number(),
          sn: z.string(),
        }),
      ),
    }),
  ]),
})

// And of 4028: flat keys, a number in each.
const rpcStats = z.object({
  STATS: z.tuple([
    z.object({ Miner: z.string(), CompileTime: z.string(), Type: z.string() }),
    z.object({
      Elapsed: z.number(),
      'GHS 5s': z.union([z.number(), z.string()]),
      total_rateideal: z.number(),
      fan_num: z.number(),
      total_acn: z.number(),
    }),
  ]),
})

const s21 = { miners: [{ model: 's21' }] }

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex')
}

async function ask(
  site: SimulatedSite,
  path: string,
  more: { body?: string; password?: string; method?: string } = {},
) {
  const url = `http://${site.miners[0]!.address}:${site.ports[80]}${path}`
  const method = more.method ?? (more.body === undefined ? 'GET' : 'POST')
  // By GET: some builds drop a stranger's POST.
  const challenge = (await fetch(url)).headers.get('www-authenticate') ?? ''
  const nonce = /nonce="([^"]*)"/.exec(challenge)?.[1] ?? ''
  const ha1 = md5(`root:antMiner Configuration:${more.password ?? 'root'}`)
  const response = md5(`${ha1}:${nonce}:00000001:0a4f113b:auth:${md5(`${method}:${path}`)}`)
  const authorization = `Digest username="root", realm="antMiner Configuration", nonce="${nonce}", uri="${path}", qop=auth, nc=00000001, cnonce="0a4f113b", response="${response}"`
  return fetch(url, { method, headers: { authorization }, ...(more.body === undefined ? {} : { body: more.body }) })
}

async function read(site: SimulatedSite, name: string) {
  return JSON.parse(await (await ask(site, `/cgi-bin/${name}.cgi`)).text())
}

async function rpc(site: SimulatedSite, request: object): Promise<string> {
  return (
    await exchange({ address: site.miners[0]!.address, port: site.ports[4028] }, JSON.stringify(request))
  ).toString()
}

async function rpcJson(site: SimulatedSite, command: string) {
  return JSON.parse((await rpc(site, { command })).replace('\0', ''))
}

test('a stranger gets a challenge that names the realm', async () => {
  await using started = await testSite(s21)
  const answer = await fetch(`http://${started.site.miners[0]!.address}:${started.site.ports[80]}/`)
  expect(answer.status).toBe(401)
  expect(answer.headers.get('www-authenticate')).toContain('Digest realm="antMiner Configuration"')
})

test('a wrong password is refused', async () => {
  await using started = await testSite(s21)
  expect((await ask(started.site, '/cgi-bin/stats.cgi', { password: 'admin' })).status).toBe(401)
})

test('a login that is good for one page is not good for another', async () => {
  await using started = await testSite(s21)
  const { site } = started
  const base = `http://${site.miners[0]!.address}:${site.ports[80]}`
  const nonce = /nonce="([^"]*)"/.exec((await fetch(base)).headers.get('www-authenticate') ?? '')?.[1]
  const response = md5(
    `${md5('root:antMiner Configuration:root')}:${nonce}:00000001:c:auth:${md5('GET:/cgi-bin/stats.cgi')}`,
  )
  const authorization = `Digest username="root", realm="antMiner Configuration", nonce="${nonce}", uri="/cgi-bin/stats.cgi", qop=auth, nc=00000001, cnonce="c", response="${response}"`
  expect((await fetch(`${base}/cgi-bin/stats.cgi`, { headers: { authorization } })).status).toBe(200)
  expect((await fetch(`${base}/cgi-bin/reboot.cgi`, { headers: { authorization } })).status).toBe(401)
})

test('tells what it is and how it does, the same on the web and on 4028', async () => {
  await using started = await testSite(s21)
  const told = stats.parse(await read(started.site, 'stats')).STATS[0]
  const [head, row] = rpcStats.parse(await rpcJson(started.site, 'stats')).STATS
  expect(head.Type).toBe('Antminer S21')
  expect(row).toMatchObject({ Elapsed: told.elapsed, 'GHS 5s': told.rate_5s, total_acn: 324, fan_num: 4 })
  expect(told.rate_30m).toBeGreaterThan(200_000 * 0.97)
  expect(told.rate_30m).toBeLessThan(200_000 * 1.03)
  expect(told.chain.map(chain => chain.asic.replaceAll(' ', '').length)).toEqual([108, 108, 108])
  expect(told.watt).toBeGreaterThan(3300)
})

test('gives the shape of stats.cgi on 4028 to who asks for the new API', async () => {
  await using started = await testSite(s21)
  const answer = (await rpc(started.site, { command: 'stats', new_api: true })).replace('\0', '')
  expect(stats.parse(JSON.parse(answer)).INFO.type).toBe('Antminer S21')
})

test('says who it is to who may know', async () => {
  await using started = await testSite(s21)
  const [miner] = started.site.miners
  expect(await read(started.site, 'get_system_info')).toMatchObject({
    minertype: 'Antminer S21',
    macaddr: miner!.mac,
    serinum: miner!.serial,
    ipaddress: miner!.address,
  })
})

test('on 4028 nobody may write, and an unknown command is said to be one', async () => {
  await using started = await testSite(s21)
  expect((await rpcJson(started.site, 'restart')).STATUS[0]).toMatchObject({ STATUS: 'E', Code: 45 })
  expect((await rpcJson(started.site, 'warp')).STATUS[0]).toMatchObject({ STATUS: 'E', Code: 14 })
})

test('a locate is seen in the status, until it is taken back', async () => {
  await using started = await testSite(s21)
  const { site } = started
  expect(await (await ask(site, '/cgi-bin/blink.cgi', { body: '{"blink":"true"}' })).json()).toMatchObject({
    code: 'B000',
  })
  expect(await read(site, 'get_blink_status')).toEqual({ blink: true })
  expect(await (await ask(site, '/cgi-bin/blink.cgi', { body: '{"blink":"false"}' })).json()).toMatchObject({
    code: 'B100',
  })
  expect(await read(site, 'get_blink_status')).toEqual({ blink: false })
})

test('pools that are set are mined with at once, by a mining process that starts anew', async () => {
  await using started = await testSite(s21)
  const { site } = started
  const pools = [{ url: 'stratum+tcp://pool.example:3333', user: 'me.1', pass: 'x' }]
  const answer = await ask(site, '/cgi-bin/set_miner_conf.cgi', { body: JSON.stringify({ pools }) })
  expect(await answer.json()).toEqual({ stats: 'success', code: 'M000', msg: 'OK!' })
  expect((await read(site, 'pools')).POOLS).toMatchObject([{ url: 'stratum+tcp://pool.example:3333', user: 'me.1' }])
  expect((await read(site, 'get_miner_conf')).pools).toEqual([...pools, none, none])
  expect((await rpcJson(site, 'summary')).SUMMARY[0]).toMatchObject({ Elapsed: 0, Accepted: 0 })
})

const none = { url: '', user: '', pass: '' }

test('an older build refuses a configuration that lacks a field', async () => {
  await using started = await testSite({ miners: [{ model: 's19pro' }] })
  const { site } = started
  const conf = await read(site, 'get_miner_conf')
  const part = await ask(site, '/cgi-bin/set_miner_conf.cgi', { body: JSON.stringify({ pools: conf.pools }) })
  expect(await part.json()).toMatchObject({ code: 'M001' })
  const whole = { ...conf, 'miner-mode': conf['bitmain-work-mode'], 'freq-level': conf['bitmain-freq-level'] }
  const answer = await ask(site, '/cgi-bin/set_miner_conf.cgi', { body: JSON.stringify(whole) })
  expect(await answer.json()).toMatchObject({ code: 'M000' })
})

test('a reboot starts its uptime anew', async () => {
  await using started = await testSite({ ...s21, rebootMs: 15_000 })
  const { site, clock } = started
  expect((await ask(site, '/cgi-bin/reboot.cgi')).status).toBe(200)
  await expect(rpc(site, { command: 'version' })).rejects.toThrow('ECONNREFUSED')
  clock.advance(15_000)
  await site.miners[0]!.setFault(null)
  clock.advance(2_000)
  expect((await rpcJson(site, 'summary')).SUMMARY[0].Elapsed).toBe(2)
})

test('the form generation knows none of the newer pages', async () => {
  await using started = await testSite({ miners: [{ model: 's9' }] })
  expect((await ask(started.site, '/cgi-bin/stats.cgi')).status).toBe(404)
})

test('the S9 numbers its connectors, writes its rate as text, and forgets a comma', async () => {
  await using started = await testSite({ miners: [{ model: 's9' }] })
  const text = (await rpc(started.site, { command: 'stats' })).replace('\0', '')
  expect(() => JSON.parse(text)).toThrow()
  const [, row] = JSON.parse(text.replace('}{', '},{')).STATS
  expect(Number(row['GHS 5s'])).toBeGreaterThan(11_000)
  expect(row).toMatchObject({ chain_acn6: 63, chain_acn8: 63, chain_acn1: 0, fan1: 0, chain_rate1: '' })
  expect(row.fan3).toBeGreaterThan(4_000)
})

test('the form generation tells, blinks, and takes pools by position', async () => {
  await using started = await testSite({ miners: [{ model: 's17pro' }] })
  const { site } = started
  const status = await read(site, 'get_miner_status')
  expect(status.summary.elapsed).toMatch(/^\d+$/)
  expect(status.devs.map((dev: { chain_acn: string }) => dev.chain_acn)).toEqual(['48', '48', '48'])
  const blinks = await ask(site, '/cgi-bin/blink.cgi', { body: 'action=startBlink' })
  expect(await blinks.json()).toEqual({ isBlinking: true })
  const form = 'stratum%2Btcp%3A%2F%2Fpool.example%3A3333&_ant_pool1user=me.1&_ant_pool1pw=x'
  const empty = [2, 3].map(slot => `&_ant_pool${slot}url=&_ant_pool${slot}user=&_ant_pool${slot}pw=`).join('')
  const rest =
    '&_ant_nobeeper=false&_ant_notempoverctrl=false&_ant_fan_customize_switch=false&_ant_fan_customize_value=&_ant_freq=595'
  const answer = await ask(site, '/cgi-bin/set_miner_conf.cgi', { body: `_ant_pool1url=${form}${empty}${rest}` })
  expect(await answer.text()).toBe('ok\n')
  expect(await read(site, 'get_miner_conf')).toMatchObject({
    pools: [{ url: 'stratum+tcp://pool.example:3333', user: 'me.1', pass: 'x' }, none, none],
    'bitmain-freq': '595',
  })
})

test('the S17 of 2019 drops a POST without a login', async () => {
  await using started = await testSite({ miners: [{ model: 's17pro' }] })
  const [miner] = started.site.miners
  const url = `http://${miner!.address}:${started.site.ports[80]}/cgi-bin/blink.cgi`
  await expect(fetch(url, { method: 'POST', body: 'action=startBlink' })).rejects.toThrow()
})

test('several commands in one request work on older builds only', async () => {
  await using old = await testSite({ miners: [{ model: 's17pro' }] })
  await using newer = await testSite(s21)
  const both = await rpcJson(old.site, 'summary+pools')
  expect(both.pools[0].POOLS[0]).toMatchObject({ URL: testPools[0]!.url, Status: 'Alive', 'Stratum Active': true })
  expect(both.summary[0].SUMMARY[0].Accepted).toBeGreaterThan(1000)
  expect((await rpcJson(newer.site, 'summary+pools')).STATUS[0].STATUS).toBe('E')
})
