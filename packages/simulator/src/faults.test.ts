import { once } from 'node:events'
import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { digestResponse } from './antminer/digest.ts'
import type { SimulatedSite } from './site.ts'
import { exchange, testClock, testSite } from './testing.ts'

const s19 = { miners: [{ model: 's19jpro' }] }
const m50 = { miners: [{ model: 'm50s' }] }
const gamma = { miners: [{ model: 'bitaxe-gamma' }] }

async function rpc(site: SimulatedSite, command: string) {
  const at = { address: site.miners[0]!.address, port: site.ports[4028] }
  const text = (await exchange(at, JSON.stringify({ command }))).toString().replace('\0', '')
  return JSON.parse(text)
}

async function info(site: SimulatedSite, path = '/api/system/info', method = 'GET') {
  return fetch(`http://${site.miners[0]!.address}:${site.ports[80]}${path}`, { method })
}

test('slow: the answer comes after so long', async () => {
  const clock = testClock()
  const asked = Promise.withResolvers<number>()
  const after = (ms: number, run: () => void) => {
    asked.resolve(ms)
    return clock.after(ms, run)
  }
  await using started = await testSite(s19, { ...clock, after })
  await started.site.miners[0]!.setFault('slow', { delayMs: 700 })
  let answered = false
  const answer = rpc(started.site, 'version').finally(() => (answered = true))
  expect(await asked.promise).toBe(700)
  expect(answered).toBe(false)
  clock.advance(700)
  expect((await answer).VERSION[0].Type).toBe('Antminer S19j Pro')
})

test('silent: it takes the connection and the request, and never answers; healed, it answers again', async () => {
  await using started = await testSite(s19)
  const { site } = started
  await site.miners[0]!.setFault('silent')
  const socket = connect({ host: site.miners[0]!.address, port: site.ports[4028] })
  await once(socket, 'connect')
  const heard: Buffer[] = []
  socket.on('data', chunk => void heard.push(chunk))
  socket.write('{"command":"version"}')
  await site.miners[0]!.setFault(null)
  expect((await rpc(site, 'version')).VERSION).toHaveLength(1)
  expect(heard).toEqual([])
  socket.destroy()
})

test('refuse: open connections end and new ones are refused; healed, it answers again', async () => {
  await using started = await testSite(gamma)
  const { site } = started
  const socket = connect({ host: site.miners[0]!.address, port: site.ports[80] })
  await once(socket, 'connect')
  await site.miners[0]!.setFault('refuse')
  await once(socket, 'close')
  await expect(info(site)).rejects.toThrow()
  expect(site.miners[0]!.state()).toMatchObject({ phase: 'up' })
  await site.miners[0]!.setFault(null)
  expect((await info(site)).status).toBe(200)
})

test('broken JSON: what comes is no JSON, on each protocol', async () => {
  await using antminer = await testSite(s19)
  await using bitaxe = await testSite(gamma)
  await antminer.site.miners[0]!.setFault('broken-json')
  await bitaxe.site.miners[0]!.setFault('broken-json')
  await expect(rpc(antminer.site, 'stats')).rejects.toThrow(SyntaxError)
  const answer = await info(bitaxe.site)
  expect(answer.status).toBe(200)
  await expect(answer.json()).rejects.toThrow(SyntaxError)
})

test('a lost hashboard is missing in what each family tells', async () => {
  await using antminer = await testSite(s19)
  await using whatsminer = await testSite(m50)
  await antminer.site.miners[0]!.setFault('lost-hashboard', { slot: 1 })
  await whatsminer.site.miners[0]!.setFault('lost-hashboard', { slot: 1 })
  const [, row] = (await rpc(antminer.site, 'stats')).STATS
  expect(row).toMatchObject({ chain_acn1: 126, chain_acn2: 0, chain_rate2: '', chain_acn3: 126, miner_count: 2 })
  expect((await rpc(whatsminer.site, 'devs')).DEVS).toMatchObject([{ Slot: 0 }, { Slot: 2 }])
  expect((await rpc(whatsminer.site, 'get_error_code')).Msg.error_code.map(Object.keys)).toEqual([['531']])
})

test('a hot miner shows it, and a WhatsMiner has a code for it', async () => {
  await using started = await testSite(m50)
  await started.site.miners[0]!.setFault('hot')
  const [summary] = (await rpc(started.site, 'summary')).SUMMARY
  expect(summary['Chip Temp Max']).toBeGreaterThan(96)
  expect(summary['Error Code Count']).toBe(3)
})

test('a dead fan stands still', async () => {
  await using started = await testSite(m50)
  await started.site.miners[0]!.setFault('dead-fan', { slot: 0 })
  const [summary] = (await rpc(started.site, 'summary')).SUMMARY
  expect(summary).toMatchObject({ 'Fan Speed In': 0, 'Error Code 0': 110 })
})

test('wrong password: the one it was delivered with is refused, the new one is not', async () => {
  await using started = await testSite(s19)
  const { site } = started
  const [miner] = site.miners
  await miner!.setFault('wrong-password', { password: 'changed' })
  const ask = async (password: string) => {
    const path = '/cgi-bin/stats.cgi'
    const nonce = /nonce="([^"]*)"/.exec((await info(site, path)).headers.get('www-authenticate') ?? '')?.[1] ?? ''
    const response = digestResponse({ method: 'GET', uri: path, nonce, nc: '1', cnonce: 'c', password })
    const authorization = `Digest username="root", nonce="${nonce}", uri="${path}", qop=auth, nc=1, cnonce="c", response="${response}"`
    return (await fetch(`http://${miner!.address}:${site.ports[80]}${path}`, { headers: { authorization } })).status
  }
  expect(await ask('root')).toBe(401)
  expect(await ask('changed')).toBe(200)
})

test('reboot that never returns: it is off until it is healed, then it boots', async () => {
  await using started = await testSite({ ...gamma, rebootMs: 1_000 })
  const { site, clock } = started
  const [miner] = site.miners
  await miner!.setFault('reboot-never-returns')
  await info(site, '/api/system/restart', 'POST')
  clock.advance(3_600_000)
  await expect(info(site)).rejects.toThrow()
  expect(miner!.state()).toMatchObject({ phase: 'off', hashrateHs: 0, powerW: 0 })
  await miner!.setFault(null)
  expect((await info(site)).status).toBe(200)
  expect(miner!.state()).toMatchObject({ phase: 'up', boots: 2, uptimeS: 0 })
})

test('"ok" without effect: it says yes and does nothing', async () => {
  await using started = await testSite(gamma)
  const { site } = started
  await site.miners[0]!.setFault('ok-without-effect')
  const before = site.miners[0]!.state()
  expect((await info(site, '/api/system/restart', 'POST')).status).toBe(200)
  expect((await info(site, '/api/system/identify', 'POST')).status).toBe(200)
  const url = `http://${site.miners[0]!.address}:${site.ports[80]}/api/system`
  expect((await fetch(url, { method: 'PATCH', body: '{"stratumURL":"pool.example"}' })).status).toBe(200)
  expect(await (await info(site)).json()).toMatchObject({ stratumURL: '127.0.0.1' })
  expect(site.miners[0]!.state()).toMatchObject({ phase: 'up', boots: 1, locating: false, uptimeS: before.uptimeS })
})

test('DHCP move: it answers at another address, is the same miner, and stays there', async () => {
  await using started = await testSite(gamma)
  const { site } = started
  const [miner] = site.miners
  const before = { address: miner!.address, info: JSON.parse(await (await info(site)).text()) }
  await miner!.setFault('dhcp-move')
  expect(miner!.address).not.toBe(before.address)
  expect(await (await info(site)).json()).toMatchObject({ macAddr: before.info.macAddr, ipv4: miner!.address })
  await expect(exchange({ address: before.address, port: site.ports[80] }, '')).rejects.toThrow('ECONNREFUSED')
  await miner!.setFault(null)
  expect((await info(site)).status).toBe(200)
})

test('DHCP move: to an address that is asked for, but not to that of another miner', async () => {
  await using started = await testSite({ miners: [{ model: 'bitaxe-gamma' }, { model: 's21' }] })
  const [miner, other] = started.site.miners
  await expect(miner!.setFault('dhcp-move', { address: other!.address })).rejects.toThrow('another miner')
  await miner!.setFault('dhcp-move', { address: '127.251.7.9' })
  expect(miner!.address).toBe('127.251.7.9')
  expect((await info(started.site)).status).toBe(200)
})

test('one fault takes the place of another', async () => {
  await using started = await testSite(s19)
  const [miner] = started.site.miners
  await miner!.setFault('refuse')
  await miner!.setFault('hot')
  expect((await rpc(started.site, 'version')).VERSION).toHaveLength(1)
  expect(miner!.state().fault).toMatchObject({ name: 'hot' })
})

test('a site that closes waits for no slow answer and no boot', async () => {
  const clock = testClock()
  const asked = Promise.withResolvers<void>()
  const after = (ms: number, run: () => void) => {
    asked.resolve()
    return clock.after(ms, run)
  }
  await using started = await testSite({ miners: [{ model: 's21' }, { model: 's21' }] }, { ...clock, after })
  const [slow, booting] = started.site.miners
  await slow!.setFault('slow', { delayMs: 600_000 })
  const answer = rpc(started.site, 'version')
  await asked.promise
  booting!.reboot()
  expect(clock.waiting()).toBe(2)
  await Promise.all([started.site.close(), expect(answer).rejects.toThrow()])
  expect(clock.waiting()).toBe(0)
})

test('options that make no sense are refused', async () => {
  await using started = await testSite(s19)
  await expect(started.site.miners[0]!.setFault('slow', { delayMs: -1 })).rejects.toThrow()
})
