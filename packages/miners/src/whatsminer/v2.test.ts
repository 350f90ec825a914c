import type { Command } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { MinerError } from '../miner-error.ts'
import { commandMiner, readMiner } from '../run.ts'
import { scriptedMiner, type ScriptedMiner } from '../scripted-miner.ts'
import { whatsminerV1, whatsminerV2 } from './v2.ts'

const order = (miner: ScriptedMiner, command: Command) =>
  commandMiner({
    driver: whatsminerV2,
    transport: miner.transport,
    signal: new AbortController().signal,
    now: miner.now,
    command,
    observeMs: 120_000,
  })
const sealed = (miner: ScriptedMiner) =>
  miner.sent.flatMap(request => (request.kind === 'whatsminer-sealed' ? [request.cmd] : []))
const ok = { STATUS: 'S', When: 1, Code: 131, Msg: 'API command OK' }
const refusal = (Code: number, Msg: string) => ({ STATUS: 'E', When: 1, Code, Msg })

type Faults = {
  apiOff?: true
  wrongPassword?: true
  deaf?: true
  silentReboot?: true
  needsRestart?: true
  ledUnknown?: true
  restartFails?: true
}

function machine(faults: Faults = {}) {
  const waiting: { pools?: readonly string[] } = {}
  const state = { pools: ['a', 'b', ''], led: 'auto', bootS: -86_400 }
  const write = (cmd: string, fields: Readonly<Record<string, unknown>>, atS: number) => {
    if (faults.apiOff) return refusal(45, "can't access write cmd")
    if (faults.wrongPassword) return refusal(23, 'enc json load err')
    if (faults.deaf) return ok
    if (cmd === 'reboot') {
      state.bootS = atS + 30
      if (faults.silentReboot) throw new MinerError('timeout', 'no answer')
    }
    if (cmd === 'set_led') state.led = fields['param'] === 'auto' ? 'auto' : 'red'
    if (cmd === 'update_pools') {
      const hosts = [1, 2, 3].map(slot => /\/\/(\w+):/.exec(String(fields[`pool${slot}`]))?.[1] ?? '')
      if (faults.needsRestart) waiting.pools = hosts
      else state.pools = hosts
    }
    if (cmd === 'restart_btminer' && faults.restartFails) throw new MinerError('refused', 'down')
    if (cmd === 'restart_btminer') state.pools = [...(waiting.pools ?? state.pools)]
    return ok
  }
  const miner = scriptedMiner((request, atS) => {
    if (atS < state.bootS) throw new MinerError('refused', 'down')
    if (request.kind === 'whatsminer-sealed') return write(request.cmd, request.fields, atS)
    if (request.kind !== 'whatsminer') return undefined
    switch (request.cmd) {
      case 'summary':
        return { STATUS: [{ STATUS: 'S' }], SUMMARY: [{ Uptime: Math.floor(atS - state.bootS), Elapsed: 50 }] }
      case 'get_miner_info':
        return { ...ok, Msg: faults.ledUnknown ? {} : { ledstat: state.led } }
      case 'pools':
        return {
          STATUS: [{ STATUS: 'S' }],
          POOLS: state.pools.map(host => ({
            URL: host === '' ? '' : `stratum+tcp://${host}:3333`,
            User: host === '' ? '' : 'w',
          })),
        }
      default:
        return undefined
    }
  })
  return { miner, state }
}
const pools = (...hosts: string[]): Command => ({
  kind: 'setPools',
  pools: hosts.map(host => ({ url: `stratum+tcp://${host}:3333`, user: 'w' })),
})

test('[C2] watches a reboot whose answer never came', async () => {
  const { miner } = machine({ silentReboot: true })
  expect(await order(miner, { kind: 'reboot' })).toMatchObject({ kind: 'done', observed: { uptimeBeforeS: 86_400 } })
  expect(sealed(miner)).toEqual(['reboot'])
})

test('sets pools with all nine fields', async () => {
  const { miner, state } = machine()
  expect(await order(miner, pools('c'))).toMatchObject({ kind: 'done', observed: { pool0Url: 'stratum+tcp://c:3333' } })
  expect(state.pools).toEqual(['c', '', ''])
  expect(miner.sent.find(request => request.kind === 'whatsminer-sealed')).toMatchObject({
    fields: {
      pool1: 'stratum+tcp://c:3333',
      worker1: 'w',
      passwd1: 'x',
      pool2: '',
      worker2: '',
      passwd2: '',
      pool3: '',
      worker3: '',
      passwd3: '',
    },
  })
})

test('restarts the mining process once where the pools need it', async () => {
  const { miner, state } = machine({ needsRestart: true })
  expect((await order(miner, pools('c', 'a'))).kind).toBe('done')
  expect(sealed(miner)).toEqual(['update_pools', 'restart_btminer'])
  expect(state.pools).toEqual(['c', 'a', ''])
})

test('does not write pools that are set already', async () => {
  const { miner } = machine()
  expect((await order(miner, pools('a', 'b'))).kind).toBe('done')
  expect(sealed(miner)).toEqual([])
})

test('does not believe "OK" when the list read back is the old one', async () => {
  const { miner } = machine({ deaf: true })
  expect(await order(miner, pools('c'))).toMatchObject({
    kind: 'failed',
    code: 'not-applied',
    observed: { pool0Url: 'stratum+tcp://a:3333' },
  })
})

test('[C2] is unsure of pools that were taken before the restart could not be sent', async () => {
  const { miner } = machine({ needsRestart: true, restartFails: true })
  expect(await order(miner, pools('c'))).toMatchObject({ kind: 'unknown', code: 'unreachable' })
})

test('says what the owner must do where writes are off', async () => {
  const { miner } = machine({ apiOff: true })
  const outcome = await order(miner, { kind: 'reboot' })
  expect(outcome).toMatchObject({ kind: 'failed', code: 'api-disabled' })
  expect(outcome.text).toContain('WhatsMinerTool')
})

test('says that the password is wrong', async () => {
  const { miner } = machine({ wrongPassword: true })
  expect(await order(miner, { kind: 'locate', on: true })).toMatchObject({ kind: 'failed', code: 'unauthorized' })
})

test('blinks red, and shows the state again', async () => {
  const { miner, state } = machine()
  expect(await order(miner, { kind: 'locate', on: true })).toMatchObject({
    kind: 'done',
    observed: { faultLight: true },
  })
  expect(state.led).toBe('red')
  expect(await order(miner, { kind: 'locate', on: false })).toMatchObject({
    kind: 'done',
    observed: { faultLight: false },
  })
})

test('is unsure of a light that the machine does not tell', async () => {
  const { miner } = machine({ ledUnknown: true })
  expect(await order(miner, { kind: 'locate', on: true })).toMatchObject({ kind: 'unknown' })
})

test('has no commands before 2022-07-29', () => {
  expect(whatsminerV1.commands).toEqual({})
})

const readFrom = (replies: Readonly<Record<string, unknown>>) => {
  const miner = scriptedMiner(request => {
    if (request.kind === 'whatsminer') return replies[request.cmd]
    return request.kind === 'cgminer' ? replies[String(request.body['command'])] : undefined
  })
  const signal = new AbortController().signal
  return readMiner({ driver: whatsminerV2, transport: miner.transport, signal, now: miner.now })
}
const summary = (fields: object) => ({ summary: { STATUS: [{ STATUS: 'S' }], SUMMARY: [fields] } })

test.each(['M63S_VK30', 'M63S_VK99', 'M36S+_VG30'])(
  'has no fans on the liquid-cooled %s that lists zeros',
  async Model => {
    const told = summary({ 'HS RT': 300e6, 'Fan Speed In': 0, 'Fan Speed Out': 0 })
    const { fans, problems } = await readFrom({ ...told, devdetails: { DEVDETAILS: [{ Model }] } })
    expect([fans, problems]).toEqual([[], []])
  },
)

test('names the fans that stand on a machine that needs them, whatever its bin', async () => {
  const told = summary({ 'HS RT': 100e6, 'Fan Speed In': 0, 'Fan Speed Out': 0 })
  const { problems } = await readFrom({ ...told, devdetails: { DEVDETAILS: [{ Model: 'M30S_VX99' }] } })
  expect(problems.map(problem => problem.component)).toEqual(['fan 0', 'fan 1'])
})

test.each([
  [{ 'HS RT': 110e6, 'MHS 1m': 109e6 }, 110e12, null],
  [{ 'HS RT': 110.5, 'MHS 1m': 109e6 }, 109e12, 60_000],
  [{ 'HS RT': 110.5, 'Factory GHS': 112_000 }, 110.5e12, null],
  [{ 'HS RT': 110.5 }, 110.5e6, null],
  [{ 'HS RT': 0, 'Factory GHS': 112_000 }, 0, null],
])('reads a rate in MH/s or in TH/s: %o', async (fields, hashrateHs, windowMs) => {
  expect(await readFrom(summary(fields))).toMatchObject({ hashrateHs, windowMs })
})

test.each([
  [{ 'HS RT': 1e8, Power: 3300, Power_RT: 3310 }, 3300],
  [{ 'HS RT': 1e8, Power: 0, Power_RT: 3310 }, 3310],
  [{ 'HS RT': 1e8, Power: 0 }, null],
  [{ 'HS RT': 0, Power: 0 }, 0],
  [{ 'HS RT': 0, Power: -1 }, null],
])('takes a power of zero for unknown while it hashes: %o', async (fields, powerW) => {
  expect((await readFrom(summary(fields))).powerW).toBe(powerW)
})

test('reads error codes however they are written', async () => {
  const miner = scriptedMiner(request => {
    if (request.kind !== 'whatsminer') return undefined
    if (request.cmd === 'summary')
      return { STATUS: [{ STATUS: 'S' }], SUMMARY: [{ Power: -1, 'HS RT': 0, Elapsed: 30 }] }
    return request.cmd === 'get_error_code'
      ? '{"STATUS":"S","Code":131,"Msg":{"error_code":["541":"t","530012":"t","4711":"t"]}}'
      : undefined
  })
  const reading = await readMiner({
    driver: whatsminerV2,
    transport: miner.transport,
    signal: new AbortController().signal,
    now: miner.now,
  })
  expect(reading.problems).toEqual(
    [
      { vendorCode: '4711', code: 'other', component: null, text: 'The machine shows a code that we do not know.' },
      {
        vendorCode: '530012',
        code: 'hashboard-fault',
        component: 'hashboard 0',
        text: 'Chip 12 finds too few nonces.',
      },
      { vendorCode: '541', code: 'hashboard-fault', component: 'hashboard 1', text: 'Its chips cannot be read.' },
    ].toSorted((a, b) => Number(a.vendorCode) - Number(b.vendorCode)),
  )
  expect([reading.powerW, reading.mining]).toEqual([null, 'starting'])
})
