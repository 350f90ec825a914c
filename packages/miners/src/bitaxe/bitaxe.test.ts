import type { Command } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { MinerError } from '../miner-error.ts'
import { commandMiner, readMiner } from '../run.ts'
import { inner, type Row } from '../reading/rows.ts'
import { scriptedMiner, type ScriptedMiner } from '../scripted-miner.ts'
import { bitaxe } from './bitaxe.ts'

const order = (miner: ScriptedMiner, command: Command) =>
  commandMiner({
    driver: bitaxe,
    transport: miner.transport,
    signal: new AbortController().signal,
    now: miner.now,
    command,
    observeMs: 60_000,
  })
const read = (info: object, asic?: object) => {
  const miner = scriptedMiner(request =>
    request.kind === 'http' ? { '/api/system/info': info, '/api/system/asic': asic }[request.path] : undefined,
  )
  return readMiner({ driver: bitaxe, transport: miner.transport, signal: new AbortController().signal, now: miner.now })
}
const writes = (miner: ScriptedMiner) =>
  miner.sent.flatMap(request =>
    'writes' in request && request.kind === 'http' ? [`${request.method} ${request.path}`] : [],
  )

const gamma = {
  ASICModel: 'BM1370',
  boardVersion: '601',
  hashRate: 1100,
  frequency: 525,
  smallCoreCount: 2040,
  asicCount: 1,
  uptimeSeconds: 500,
  temp: 60,
}

test('reads firmware with flags as numbers and firmware with flags as booleans alike', async () => {
  const old = await read({
    ...gamma,
    isUsingFallbackStratum: 1,
    stratumURL: 'a',
    stratumPort: 1,
    fallbackStratumURL: 'b',
    fallbackStratumPort: 2,
  })
  const recent = await read({
    ...gamma,
    isUsingFallbackStratum: true,
    primaryPoolIndex: 2,
    secondaryPoolIndex: 0,
    pools: [
      { id: 0, stratumURL: 'b', stratumPort: 2, stratumUser: '' },
      { id: 2, stratumURL: 'a', stratumPort: 1, stratumUser: '' },
    ],
  })
  expect(recent.pools).toEqual(old.pools)
  expect(old.pools.map(pool => [pool.url, pool.active])).toEqual([
    ['stratum+tcp://a:1', false],
    ['stratum+tcp://b:2', true],
  ])
})

test('knows a machine that is paused, or that has tripped', async () => {
  const paused = await read({ ...gamma, miningPaused: true, hashRate: 0 })
  const hot = await read({ ...gamma, overheat_mode: 1, hashRate: 0, power_fault: '', hardware_fault: '' })
  expect([paused.mining, hot.mining, hot.problems.map(problem => problem.code)]).toEqual([
    'paused',
    'fault',
    ['chip-too-hot'],
  ])
})

test.each([
  ['none', [0, false, '0', '', null], []],
  ['flags', [1, true, '1'], ['The power supply fails.']],
  ['a sentence', ['PSU shorted'], ['PSU shorted']],
])('knows a fault by a flag or by its sentence: %s', async (_, values, texts) => {
  for (const power_fault of values) {
    const { problems } = await read({ ...gamma, power_fault })
    expect(problems.map(problem => problem.text)).toEqual(texts)
  }
})

test.each([
  [{ hashRate: 1100, hashRate_1m: 1000 }, 1.1e12, null],
  [{ hashRate_1m: 1000, hashRate_10m: 900 }, 1e12, 60_000],
  [{ hashRate: null, hashRate_1m: -1, hashRate_10m: -1, hashRate_1h: 800 }, 8e11, 3_600_000],
  [{}, null, null],
])('takes the shortest window that is told: %o', async (windows, hashrateHs, windowMs) => {
  const { hashRate: _, ...info } = gamma
  expect(await read({ ...info, ...windows })).toMatchObject({ hashrateHs, windowMs })
})

test('asks a board that it does not know how many chips it has', async () => {
  const { asicCount: _, ...info } = gamma
  const reading = await read({ ...info, boardVersion: '999', deviceModel: 'Gamma' }, { asicCount: 2 })
  expect([reading.hashboards[0]?.chips, reading.expectedHashrateHs]).toEqual([2, 2 * 2040 * 525e6])
})

test('asks a board that it does not know for its name', async () => {
  const reading = await read({ ...gamma, boardVersion: '999' }, { deviceModel: 'Delta' })
  expect([reading.model, reading.nameplateHashrateHs]).toEqual(['Delta', null])
})

test('takes a rate a thousand times too high for MH/s', async () => {
  expect((await read({ ...gamma, hashRate: 1_100_000 })).hashrateHs).toBe(1.1e12)
})

const flat = {
  stratumURL: 'a.pool',
  stratumPort: 3333,
  stratumUser: 'w',
  fallbackStratumURL: 'b.pool',
  fallbackStratumPort: 3333,
  fallbackStratumUser: 'w',
}

function machine(pools: object, faults: { deaf?: true; noIdentify?: true; showing?: true; neverBack?: true } = {}) {
  const info: Row = { ...gamma, hostname: 'axe', coreVoltage: 1150, ...pools }
  const state = {
    info,
    bootS: -500,
    shows: faults.showing ?? false,
  }
  const passwords: Record<string, unknown> = {}
  const miner = scriptedMiner((request, atS) => {
    if (request.kind !== 'http') return undefined
    if (atS < state.bootS) throw new MinerError('refused', 'down')
    switch (`${request.method} ${request.path}`) {
      case 'GET /api/system/info':
        return { ...state.info, uptimeSeconds: Math.floor(atS - state.bootS) }
      case 'PATCH /api/system':
        if (faults.deaf) return {}
        for (const [key, value] of Object.entries(inner(request.body?.type === 'json' ? request.body.value : {}))) {
          if (key.endsWith('Password')) passwords[key] = value
          else state.info[key] = value
        }
        return {}
      case 'POST /api/system/restart':
        state.bootS = atS + (faults.neverBack ? Infinity : 8)
        return 'System will restart shortly.'
      case 'POST /api/system/identify':
        if (faults.noIdentify) return undefined
        state.shows = !state.shows
        return { message: state.shows ? 'The device says "Hi!" for 30 seconds.' : 'The device no longer says "Hi!".' }
      default:
        return undefined
    }
  })
  return { miner, state, passwords }
}

test('sees a reboot', async () => {
  const { miner } = machine(flat)
  expect(await order(miner, { kind: 'reboot' })).toMatchObject({ kind: 'done', observed: { uptimeBeforeS: 500 } })
})

test('[C2] is unsure of a reboot that never came back', async () => {
  const { miner } = machine(flat, { neverBack: true })
  expect(await order(miner, { kind: 'reboot' })).toMatchObject({ kind: 'unknown', code: 'timeout' })
  expect(writes(miner)).toEqual(['POST /api/system/restart'])
})

test('changes one pool and leaves the other, its password and every setting alone', async () => {
  const { miner, state, passwords } = machine(flat)
  const before = { ...state.info }
  const outcome = await order(miner, {
    kind: 'setPools',
    pools: [
      { url: 'stratum+tcp://c.pool:4444', user: 'v' },
      { url: 'stratum+tcp://b.pool:3333', user: 'w' },
    ],
  })
  expect(outcome).toMatchObject({
    kind: 'done',
    observed: { pool0Url: 'stratum+tcp://c.pool:4444', pool1Url: 'stratum+tcp://b.pool:3333' },
  })
  expect(state.info).toEqual({ ...before, stratumURL: 'c.pool', stratumPort: 4444, stratumUser: 'v' })
  expect(passwords).toEqual({ stratumPassword: 'x' })
})

test('writes the list of pools whole on firmware that has one, masked passwords as they are', async () => {
  const rows = [
    { id: 0, stratumURL: 'a', stratumPort: 1, stratumUser: 'w', stratumPassword: '*****', stratumTLS: 0 },
    { id: 1, stratumURL: 'b', stratumPort: 2, stratumUser: 'w', stratumPassword: '*****', stratumTLS: 0 },
  ]
  const { miner, state } = machine({ pools: rows, primaryPoolIndex: 0, secondaryPoolIndex: 1 })
  const outcome = await order(miner, {
    kind: 'setPools',
    pools: [
      { url: 'stratum+tcp://a:1', user: 'w' },
      { url: 'stratum+ssl://c:3', user: 'w' },
    ],
  })
  expect(outcome.kind).toBe('done')
  expect(state.info['pools']).toEqual([
    rows[0],
    { ...rows[1], stratumURL: 'c', stratumPort: 3, stratumPassword: 'x', stratumTLS: 1 },
  ])
})

test('does not write pools that are set already', async () => {
  const { miner } = machine(flat)
  const pools = ['a', 'b'].map(host => ({ url: `stratum+tcp://${host}.pool:3333`, user: 'w' }))
  expect((await order(miner, { kind: 'setPools', pools })).kind).toBe('done')
  expect(writes(miner)).toEqual([])
})

test('does not believe "OK", and does not restart for nothing', async () => {
  const { miner } = machine(flat, { deaf: true })
  expect(await order(miner, { kind: 'setPools', pools: [{ url: 'stratum+tcp://c:1', user: 'w' }] })).toMatchObject({
    kind: 'failed',
    code: 'not-applied',
  })
  expect(writes(miner)).toEqual(['PATCH /api/system'])
})

test.each([
  ['three pools', ['stratum+tcp://a:1', 'stratum+tcp://b:1', 'stratum+tcp://c:1']],
  ['TLS', ['stratum+ssl://a:1']],
  ['no port', ['stratum+tcp://a']],
])('says that it cannot take %s', async (_, urls) => {
  const { miner } = machine(flat)
  expect((await order(miner, { kind: 'setPools', pools: urls.map(url => ({ url, user: 'w' })) })).kind).toBe(
    'unsupported',
  )
  expect(writes(miner)).toEqual([])
})

test.each([
  [true, undefined, 1],
  [true, true, 2],
  [false, true, 1],
  [false, undefined, 2],
] as const)('says Hi: %s, when it says so already: %s', async (on, showing, presses) => {
  const { miner, state } = machine(flat, showing ? { showing } : {})
  expect(await order(miner, { kind: 'locate', on })).toMatchObject({ kind: 'done', observed: { shows: on, presses } })
  expect(state.shows).toBe(on)
})

test('cannot say Hi on older firmware', async () => {
  expect((await order(machine(flat, { noIdentify: true }).miner, { kind: 'locate', on: true })).kind).toBe(
    'unsupported',
  )
})
