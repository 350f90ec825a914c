import type { Command } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { commandMiner, readMiner } from '../run.ts'
import { scriptedMiner, type ScriptedMiner } from '../scripted-miner.ts'
import { whatsminerV3 } from './v3.ts'

const order = (miner: ScriptedMiner, command: Command) =>
  commandMiner({
    driver: whatsminerV3,
    transport: miner.transport,
    signal: new AbortController().signal,
    now: miner.now,
    command,
    observeMs: 120_000,
  })
const written = (miner: ScriptedMiner) =>
  miner.sent.flatMap(request => (request.kind === 'whatsminer-v3' && request.writes ? [request.cmd] : []))

const sentPools = z.array(z.object({ pool: z.string(), worker: z.string() }))

function machine(faults: { apiOff?: true; refuses?: number } = {}) {
  const state = { pools: [{ url: 'stratum+tcp://a:1', account: 'w' }], led: 'auto', bootS: -5000 }
  const miner = scriptedMiner((request, atS) => {
    if (request.kind !== 'whatsminer-v3') return undefined
    const answer = (msg: unknown) => ({ code: 0, when: 1, msg })
    if (request.writes && faults.refuses !== undefined) return { code: faults.refuses, msg: 'no' }
    switch (request.cmd) {
      case 'get.device.info':
        return answer({ system: { ledstatus: state.led, apiswitch: faults.apiOff ? '0' : '1' } })
      case 'get.miner.status':
        return answer(
          request.param === 'pools' ? { pools: state.pools } : { summary: { elapsed: Math.floor(atS - state.bootS) } },
        )
      case 'set.system.reboot':
        state.bootS = atS
        return answer('ok')
      case 'set.system.led':
        state.led = request.param === 'auto' ? 'auto' : 'manual'
        return answer('ok')
      case 'set.miner.pools':
        state.pools = sentPools.parse(request.param).map(({ pool, worker }) => ({ url: pool, account: worker }))
        return answer('ok')
      default:
        return undefined
    }
  })
  return { miner, state }
}

test('sees a reboot', async () => {
  expect(await order(machine().miner, { kind: 'reboot' })).toMatchObject({
    kind: 'done',
    observed: { uptimeBeforeS: 5000, uptimeAfterS: 2 },
  })
})

test('sets pools, sealed, and reads them back', async () => {
  const { miner } = machine()
  const pools = [{ url: 'stratum+tcp://b:1', user: 'w' }]
  expect(await order(miner, { kind: 'setPools', pools })).toMatchObject({
    kind: 'done',
    observed: { pool0Url: 'stratum+tcp://b:1' },
  })
  expect(miner.sent.find(request => 'writes' in request)).toMatchObject({
    sealed: true,
    param: [{ pool: 'stratum+tcp://b:1', worker: 'w', passwd: 'x' }],
  })
})

test('blinks', async () => {
  const { miner } = machine()
  expect(await order(miner, { kind: 'locate', on: true })).toMatchObject({
    kind: 'done',
    observed: { faultLight: true },
  })
})

test('sends nothing where the owner has switched writes off', async () => {
  const { miner } = machine({ apiOff: true })
  expect(await order(miner, { kind: 'reboot' })).toMatchObject({ kind: 'refused', code: 'api-disabled' })
  expect(written(miner)).toEqual([])
})

test.each([
  [-2, 'unsupported', 'unsupported'],
  [-4, 'failed', 'unauthorized'],
  [-1, 'failed', 'bad-reply'],
])('says what a refusal with %i means', async (refuses, kind, code) => {
  expect(await order(machine({ refuses }).miner, { kind: 'reboot' })).toMatchObject({ kind, code })
})

test('takes share counts from 4028, and a text in place of errors for a fault', async () => {
  const miner = scriptedMiner(request => {
    if (request.kind === 'whatsminer')
      return request.cmd === 'pools'
        ? { STATUS: [{ STATUS: 'S' }], POOLS: [{ URL: 'u', Accepted: 7, Rejected: 1 }] }
        : undefined
    if (request.kind !== 'whatsminer-v3') return undefined
    if (request.cmd === 'get.device.info')
      return { code: 0, msg: { 'error-code': 'btminer is down', miner: { type: 'M60S_VK40', 'board-num': '3' } } }
    return {
      code: 0,
      msg:
        request.param === 'pools'
          ? { pools: [{ url: 'u', account: 'w', status: 'alive', 'stratum-active': true }] }
          : {},
    }
  })
  const reading = await readMiner({
    driver: whatsminerV3,
    transport: miner.transport,
    signal: new AbortController().signal,
    now: miner.now,
  })
  expect(reading.pools[0]).toMatchObject({ accepted: 7, rejected: 1, active: true })
  expect([reading.mining, reading.model, reading.problems[0]?.text]).toEqual(['fault', 'M60S VK40', 'btminer is down'])
})

const reads = (miner: object, summary: object) => {
  const scripted = scriptedMiner(request => {
    if (request.kind !== 'whatsminer-v3') return undefined
    return { code: 0, msg: request.cmd === 'get.device.info' ? miner : { summary } }
  })
  const signal = new AbortController().signal
  return readMiner({ driver: whatsminerV3, transport: scripted.transport, signal, now: scripted.now })
}

test('takes a machine that was told to stop for paused, though its mining process is down', async () => {
  const stopped = await reads({ miner: { working: 'false' }, 'error-code': 'btminer is down' }, {})
  expect([stopped.mining, stopped.problems[0]?.text]).toEqual(['paused', 'btminer is down'])
})

test.each([
  [{ 'hash-realtime': 180, 'hash-1min': 170, 'hash-average': 160 }, 180e12, null],
  [{ 'hash-1min': 170, 'hash-average': 160 }, 170e12, 60_000],
  [{ 'hash-average': 160, elapsed: 50 }, 160e12, 50_000],
  [{}, null, null],
])('takes the shortest window that is told: %o', async (summary, hashrateHs, windowMs) => {
  expect(await reads({ miner: { working: 'true' } }, summary)).toMatchObject({ hashrateHs, windowMs })
})
