import { expect, test } from 'vitest'
import type { Request } from './driver.ts'
import { identifyMiner } from './identify.ts'
import { MinerError } from './miner-error.ts'
import { scriptedMiner } from './scripted-miner.ts'

type Site = Readonly<Record<string, unknown>>
const never = new AbortController().signal

/** What an address answers, by path or command; a port that answers nothing is shut. */
function at(site: Site) {
  const keyOf = (request: Request) => {
    if (request.kind === 'http') return request.path
    if (request.kind === 'cgminer') return `4028 ${String(request.body['command'])}`
    return 'cmd' in request ? `${request.kind === 'whatsminer-v3' ? 4433 : 4028} ${request.cmd}` : ''
  }
  const open = (prefix: string) => Object.keys(site).some(key => key.startsWith(prefix))
  const miner = scriptedMiner(request => {
    const key = keyOf(request)
    if (!open(key.slice(0, key.startsWith('/') ? 1 : 4))) throw new MinerError('refused', 'shut')
    return site[key]
  })
  return { identified: identifyMiner({ transport: miner.transport, signal: never }), miner }
}

const version = (text: string) => ({ '4028 version': { VERSION: [{ Type: text }] } })
const realm = (name: string) => ({
  '/': { status: 401, headers: { 'www-authenticate': `Digest realm="${name} Configuration", nonce="1"` }, body: '' },
})

test('knows a stock Antminer with nothing but its realm, and asks who it is', async () => {
  const { identified } = at({
    ...realm('antMiner'),
    '/cgi-bin/get_system_info.cgi': { minertype: 'Antminer S21', macaddr: '30cb1b49a4db', serinum: 'J1' },
  })
  expect(await identified).toMatchObject({
    kind: 'miner',
    driver: { id: 'antminer-stock' },
    make: 'Antminer',
    model: 'S21',
    mac: '30:CB:1B:49:A4:DB',
    serial: 'J1',
  })
})

test('knows a stock Antminer by its version where the web is shut', async () => {
  expect(await at(version('Antminer S19 Pro')).identified).toMatchObject({
    kind: 'miner',
    driver: { id: 'antminer-stock' },
    model: 'S19 Pro',
    mac: null,
  })
})

test.each([
  ['BOSMINER', 'Braiins OS'],
  ['boser', 'Braiins OS'],
  ['LUXminer', 'LuxOS'],
  ['VNish', 'VNish'],
  ['Hiveon rwglr', 'Hiveon'],
  ['KaonSu', 'MARA firmware'],
  ['rwglr', 'MSK miner'],
  ['AvalonMiner', 'Avalon'],
])('leaves an Antminer with %s to its own driver', async (word, said) => {
  expect(
    await at({ '4028 version': { VERSION: [{ Type: 'Antminer S19', Miner: word }] }, ...realm('antMiner') }).identified,
  ).toEqual({ kind: 'stranger', said })
})

test.each([
  ['Hiveon rwglr', 'Hiveon'],
  ['(vnish 3.9.0)', 'VNish'],
])('leaves an Antminer to its own driver where only its statistics name %s', async (word, said) => {
  const stats = { '4028 stats': { STATS: [{ Type: `Antminer S9 ${word}` }] } }
  expect(await at({ ...version('Antminer S9'), ...stats }).identified).toEqual({ kind: 'stranger', said })
})

test('waits for the page that outdoes a stock version', async () => {
  expect(
    await at({ ...version('Antminer S19'), '/': '<meta name="firmware" content="AnthillOS">' }).identified,
  ).toEqual({ kind: 'stranger', said: 'VNish' })
})

test('finds MARA firmware under the realm of the maker', async () => {
  expect(await at({ ...realm('antMiner'), '/kaonsu/v1/brief': { indicator: 'ok' } }).identified).toEqual({
    kind: 'stranger',
    said: 'MARA firmware',
  })
})

test.each([
  ['blackMiner', 'Hammer or VolcMiner'],
  ['Daoge', 'Elphapex'],
])('does not take the realm %s for an Antminer', async (name, said) => {
  expect(await at(realm(name)).identified).toEqual({ kind: 'stranger', said })
})

test('knows a Bitaxe, and neither a NerdAxe nor a LuckyMiner for one', async () => {
  const info = { ASICModel: 'BM1370', boardVersion: '601', macAddr: 'aa:bb:cc:dd:ee:ff' }
  const axe = (more: object) => at({ '/': '<title>AxeOS</title>', '/api/system/info': { ...info, ...more } }).identified
  expect(await axe({})).toMatchObject({ kind: 'miner', driver: { id: 'bitaxe' }, model: 'Gamma' })
  expect(await axe({ deviceModel: 'NerdQAxe++' })).toEqual({ kind: 'stranger', said: 'NerdAxe' })
  expect(await axe({ minerModel: 'LV06' })).toEqual({ kind: 'stranger', said: 'LuckyMiner' })
})

const v2 = (day: string) => ({
  '4028 devdetails': { DEVDETAILS: [{ Driver: 'btminer', Model: 'M50S_VJ30' }] },
  '4028 get_version': { STATUS: 'S', Msg: { fw_ver: `${day}.11.REL`, api_ver: 'whatsminer v1.4.0' } },
  '4028 get_miner_info': { STATUS: 'S', Msg: { mac: 'C4:11:04:01:02:03', minersn: 'HT1', hostname: 'wm' } },
})

test('tells the three generations of WhatsMiner apart', async () => {
  const v3 = {
    '4433 get.device.info': { code: 0, msg: { miner: { type: 'M60S_VK40' }, network: { mac: 'CE:02:01:00:8C:36' } } },
  }
  expect(await at(v2('20220728')).identified).toMatchObject({ driver: { id: 'whatsminer-v1' } })
  expect(await at(v2('20230803')).identified).toMatchObject({
    driver: { id: 'whatsminer-v2' },
    model: 'M50S VJ30',
    serial: 'HT1',
    firmwareVersion: '20230803.11.REL',
  })
  expect(await at({ ...v2('20241201'), ...v3 }).identified).toMatchObject({
    driver: { id: 'whatsminer-v3' },
    model: 'M60S VK40',
    mac: 'CE:02:01:00:8C:36',
  })
})

test('says what a stranger said, cut and clean', async () => {
  expect(await at({ '4028 version': `{"x":"\u001b${'y'.repeat(500)}"}` }).identified).toMatchObject({
    kind: 'stranger',
    said: expect.stringMatching(/^\{"x":"y{250}$/),
  })
  expect(
    await at({ '/': { status: 200, headers: { server: 'nginx' }, body: '<title>Printer</title>' } }).identified,
  ).toEqual({ kind: 'stranger', said: 'HTTP 200 nginx Printer' })
})

test('knows an Antminer without a login by its statistics, and one with other firmware too', async () => {
  const stats = (BMMiner: string) => ({
    '/': { status: 404, headers: {}, body: '' },
    '/cgi-bin/stats.cgi': { INFO: { type: 'Antminer S21', BMMiner } },
  })
  expect(await at(stats('1.0.0')).identified).toMatchObject({ kind: 'miner', driver: { id: 'antminer-stock' } })
  expect(await at(stats('4.11.1 rwglr')).identified).toEqual({ kind: 'stranger', said: 'MSK miner' })
})

test('calls an address silent that answers nothing', async () => {
  expect(await at({}).identified).toEqual({ kind: 'silent' })
})

test('never takes its own shortage for an absent miner', async () => {
  const transport = { request: () => Promise.reject(new MinerError('local-shortage', 'no sockets')) }
  await expect(identifyMiner({ transport, signal: never })).rejects.toMatchObject({ code: 'local-shortage' })
})

test('says that it was broken off', async () => {
  const stop = new AbortController()
  const transport = { request: () => Promise.reject((stop.abort(), new MinerError('aborted', 'stop'))) }
  await expect(identifyMiner({ transport, signal: stop.signal })).rejects.toMatchObject({ code: 'aborted' })
})

test('asks no more than two things at once, and nothing more once it is sure', async () => {
  let running = 0
  let most = 0
  const { miner } = at({
    '4433 get.device.info': { code: 0, msg: { miner: { type: 'M60S_VK40' } } },
    ...v2('20241201'),
  })
  const transport = {
    request: async (request: Parameters<typeof miner.transport.request>[0], signal: AbortSignal) => {
      most = Math.max(most, (running += 1))
      await Promise.resolve()
      running -= 1
      return miner.transport.request(request, signal)
    },
  }
  await identifyMiner({ transport, signal: never })
  expect(most).toBe(2)
  expect(miner.sent.filter(request => request.kind === 'http' && request.path !== '/')).toEqual([])
})
