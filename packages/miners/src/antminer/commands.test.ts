import type { Command } from '@headframe/protocol'
import { expect, test } from 'vitest'
import type { HttpRequest } from '../driver.ts'
import { MinerError } from '../miner-error.ts'
import { commandMiner } from '../run.ts'
import { inner, type Row } from '../reading/rows.ts'
import { scriptedMiner, type ScriptedMiner } from '../scripted-miner.ts'
import { antminerStock } from './antminer-stock.ts'

const order = (miner: ScriptedMiner, command: Command) =>
  commandMiner({
    driver: antminerStock,
    transport: miner.transport,
    signal: new AbortController().signal,
    now: miner.now,
    command,
    observeMs: 120_000,
  })
const writes = (miner: ScriptedMiner) =>
  miner.sent.filter(request => 'writes' in request).map(request => 'path' in request && request.path)

const pool = (name: string, pass = 'secret') => ({ url: `stratum+tcp://${name}:3333`, user: 'w.1', pass })
const conf = {
  pools: [pool('a'), pool('b'), { url: '', user: '', pass: '' }],
  'api-listen': true,
  'bitmain-fan-ctrl': false,
  'bitmain-fan-pwm': '100',
  'bitmain-work-mode': '0',
  'bitmain-freq-level': '100',
}
const stats = (elapsed: number) => ({ STATS: [{ elapsed, rate_5s: 1, rate_unit: 'GH/s', chain: [] }] })
const bodyOf = (request: HttpRequest) => inner(request.body?.type === 'json' ? request.body.value : {})

/** The 2020 generation: it keeps what it is told, and restarts when told. */
function newMiner(
  faults: {
    deafToPools?: true
    resetsFan?: true
    deafToBlink?: true
    neverBack?: true
    deafToReboot?: true
    forbidsBlink?: true
  } = {},
) {
  const state: { conf: Row; blink: boolean; bootS: number } = { conf, blink: false, bootS: -86_400 }
  const miner = scriptedMiner((request, atS) => {
    if (request.kind !== 'http') return undefined
    if (atS < state.bootS) throw new MinerError(faults.neverBack ? 'unreachable' : 'refused', 'down')
    switch (`${request.method} ${request.path}`) {
      case 'GET /cgi-bin/stats.cgi':
        return stats(Math.floor(atS - state.bootS))
      case 'GET /cgi-bin/get_miner_conf.cgi':
        return state.conf
      case 'POST /cgi-bin/set_miner_conf.cgi':
        if (!faults.deafToPools)
          state.conf = { ...bodyOf(request), ...(faults.resetsFan ? { 'bitmain-fan-pwm': '50' } : {}) }
        return { stats: 'success', code: 'M000', msg: 'OK!' }
      case 'GET /cgi-bin/pools.cgi':
        return { POOLS: state.conf['pools'] }
      case 'GET /cgi-bin/get_blink_status.cgi':
        return { blink: state.blink }
      case 'POST /cgi-bin/blink.cgi':
        if (faults.forbidsBlink) return { status: 403, headers: {}, body: '' }
        if (!faults.deafToBlink) state.blink = bodyOf(request)['blink'] === 'true'
        return { code: 'B001' }
      case 'GET /cgi-bin/reboot.cgi':
        if (!faults.deafToReboot) state.bootS = faults.neverBack ? Infinity : atS + 40
        throw new MinerError('closed', 'it dropped the connection')
      default:
        return undefined
    }
  })
  return { miner, state }
}

test('sees a reboot by the uptime that began anew', async () => {
  const { miner } = newMiner()
  const outcome = await order(miner, { kind: 'reboot' })
  expect(outcome).toMatchObject({ kind: 'done', code: null, observed: { uptimeBeforeS: 86_400 } })
  expect(outcome.observed['uptimeAfterS']).toBeLessThan(10)
})

test('[C2] sends a reboot once, whatever becomes of the answer', async () => {
  const { miner } = newMiner({ neverBack: true })
  const outcome = await order(miner, { kind: 'reboot' })
  expect(outcome).toMatchObject({ kind: 'unknown', code: 'timeout' })
  expect(writes(miner)).toEqual(['/cgi-bin/reboot.cgi'])
})

test('reboots a machine whose mining process tells nothing, and sees it come back', async () => {
  let bootS = -86_400
  const miner = scriptedMiner((request, atS) => {
    if (request.kind !== 'http' || atS < bootS) throw new MinerError('refused', 'down')
    if (request.path === '/cgi-bin/reboot.cgi') {
      bootS = atS + 40
      return 'ok'
    }
    if (request.path !== '/cgi-bin/stats.cgi') return undefined
    return bootS < 0 || atS < bootS + 20 ? 'Socket connect failed: Connection refused' : stats(Math.floor(atS - bootS))
  })
  const outcome = await order(miner, { kind: 'reboot' })
  expect(outcome).toMatchObject({ kind: 'done', observed: { uptimeBeforeS: null } })
})

test('sees that a reboot did nothing', async () => {
  const { miner } = newMiner({ deafToReboot: true })
  expect(await order(miner, { kind: 'reboot' })).toMatchObject({ kind: 'failed', code: 'not-applied' })
})

test('sends nothing when the password is wrong', async () => {
  const miner = scriptedMiner(() => {
    throw new MinerError('unauthorized', 'the miner does not take this password', { sent: false })
  })
  expect(await order(miner, { kind: 'setPools', pools: [{ url: 'stratum+tcp://a:1', user: 'u' }] })).toMatchObject({
    kind: 'refused',
    code: 'unauthorized',
  })
  expect(writes(miner)).toEqual([])
})

test('says that it was the miner that turned a write down', async () => {
  const { miner } = newMiner({ forbidsBlink: true })
  expect(await order(miner, { kind: 'locate', on: true })).toMatchObject({ kind: 'failed', code: 'unauthorized' })
})

test('sets pools and nothing else: the whole configuration before and after', async () => {
  const { miner, state } = newMiner()
  const outcome = await order(miner, {
    kind: 'setPools',
    pools: [
      { url: 'stratum+tcp://c:3333', user: 'w.9' },
      { url: 'stratum+tcp://a:3333', user: 'w.1' },
    ],
  })
  expect(outcome).toMatchObject({
    kind: 'done',
    observed: { pool0Url: 'stratum+tcp://c:3333', pool1Url: 'stratum+tcp://a:3333', live: true },
  })
  expect(state.conf).toEqual({
    ...conf,
    'miner-mode': '0',
    'freq-level': '100',
    pools: [{ url: 'stratum+tcp://c:3333', user: 'w.9', pass: 'x' }, pool('a'), { url: '', user: '', pass: '' }],
  })
  expect(JSON.stringify(outcome)).not.toContain('secret')
})

test('does not write pools that are set already', async () => {
  const { miner } = newMiner()
  const outcome = await order(miner, {
    kind: 'setPools',
    pools: [pool('a'), pool('b')].map(({ url, user }) => ({ url, user })),
  })
  expect(outcome.kind).toBe('done')
  expect(writes(miner)).toEqual([])
})

test('writes nothing while it is not sure which generation it speaks to', async () => {
  const miner = scriptedMiner(request => {
    if (request.kind !== 'http' || request.path === '/cgi-bin/stats.cgi') throw new MinerError('timeout', 'late')
    return request.path === '/cgi-bin/get_miner_conf.cgi' ? conf : undefined
  })
  const outcome = await order(miner, { kind: 'setPools', pools: [{ url: 'stratum+tcp://c:1', user: 'u' }] })
  expect([outcome.kind, outcome.code, writes(miner)]).toEqual(['refused', 'timeout', []])
})

test('does not believe "OK" when the pools read back are the old ones', async () => {
  const { miner } = newMiner({ deafToPools: true })
  const outcome = await order(miner, { kind: 'setPools', pools: [{ url: 'stratum+tcp://c:3333', user: 'w' }] })
  expect(outcome).toMatchObject({ kind: 'failed', code: 'not-applied', observed: { pool0Url: 'stratum+tcp://a:3333' } })
  expect(writes(miner)).toHaveLength(1)
})

test('says when another setting changed along with the pools', async () => {
  const { miner } = newMiner({ resetsFan: true })
  const outcome = await order(miner, { kind: 'setPools', pools: [{ url: 'stratum+tcp://c:3333', user: 'w' }] })
  expect(outcome).toMatchObject({ kind: 'failed', code: 'not-applied' })
  expect(outcome.text).toContain('bitmain-fan-pwm')
})

test('blinks, and believes the light rather than the code', async () => {
  const { miner, state } = newMiner()
  expect(await order(miner, { kind: 'locate', on: true })).toMatchObject({
    kind: 'done',
    observed: { faultLightBefore: false, faultLight: true },
  })
  expect(state.blink).toBe(true)
})

test('does not press a light that is already so', async () => {
  const { miner } = newMiner()
  expect((await order(miner, { kind: 'locate', on: false })).kind).toBe('done')
  expect(writes(miner)).toEqual([])
})

test('sees that a light did not come on', async () => {
  const { miner } = newMiner({ deafToBlink: true })
  expect(await order(miner, { kind: 'locate', on: true })).toMatchObject({ kind: 'failed', code: 'not-applied' })
})

const oldConf = {
  pools: [pool('a'), pool('b'), { url: '', user: '', pass: '' }],
  'api-listen': true,
  'bitmain-fan-ctrl': true,
  'bitmain-fan-pwm': '77',
  'bitmain-freq': '650',
  'bitmain-voltage': '0706',
}

/** The generation of the S9: forms by position, answers when it has slept, no blink status page. */
function oldMiner() {
  const state: { conf: Row; blink: boolean; fields: readonly (readonly [string, string])[] } = {
    conf: oldConf,
    blink: false,
    fields: [],
  }
  const miner = scriptedMiner(request => {
    if (request.kind !== 'http') return undefined
    const fields = request.body?.type === 'form' ? request.body.fields : []
    const form = Object.fromEntries(fields)
    switch (`${request.method} ${request.path}`) {
      case 'GET /cgi-bin/get_miner_conf.cgi':
        return state.conf
      case 'POST /cgi-bin/set_miner_conf.cgi':
        state.fields = fields
        state.conf = confFromForm(form)
        throw new MinerError('timeout', 'it sleeps')
      case 'POST /cgi-bin/blink.cgi':
        state.blink = form['action'] === 'onPageLoaded' ? state.blink : form['action'] === 'startBlink'
        return { isBlinking: state.blink }
      case 'GET /cgi-bin/miner_pools.cgi':
        return undefined
      default:
        return undefined
    }
  })
  return { miner, state }
}

function confFromForm(form: Readonly<Record<string, string>>): Row {
  return {
    pools: [1, 2, 3].map(slot => ({
      url: form[`_ant_pool${slot}url`],
      user: form[`_ant_pool${slot}user`],
      pass: form[`_ant_pool${slot}pw`],
    })),
    'api-listen': true,
    'bitmain-fan-ctrl': form['_ant_fan_customize_switch'] === 'true',
    'bitmain-fan-pwm': form['_ant_fan_customize_value'],
    'bitmain-freq': form['_ant_freq'],
    'bitmain-voltage': form['_ant_voltage'],
  }
}

test('sets pools on the old generation, its other settings in their places', async () => {
  const { miner, state } = oldMiner()
  const outcome = await order(miner, { kind: 'setPools', pools: [{ url: 'stratum+tcp://b:3333', user: 'w.1' }] })
  expect(outcome).toMatchObject({ kind: 'done', observed: { pool0Url: 'stratum+tcp://b:3333' } })
  expect(state.conf).toEqual({
    ...oldConf,
    pools: [pool('b'), { url: '', user: '', pass: '' }, { url: '', user: '', pass: '' }],
  })
  expect(state.fields.map(([name]) => name).slice(8)).toEqual([
    '_ant_pool3pw',
    '_ant_nobeeper',
    '_ant_notempoverctrl',
    '_ant_fan_customize_switch',
    '_ant_fan_customize_value',
    '_ant_freq',
    '_ant_voltage',
  ])
})

test('blinks on the old generation', async () => {
  const { miner, state } = oldMiner()
  expect(await order(miner, { kind: 'locate', on: true })).toMatchObject({
    kind: 'done',
    observed: { faultLight: true },
  })
  expect(state.blink).toBe(true)
})
