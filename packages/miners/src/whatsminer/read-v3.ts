import type { Hashboard, MinerPool, MiningState, Problem, Psu, Reading } from '@headframe/protocol'
import { optional } from '../ask.ts'
import type { Dialogue, Draft } from '../driver.ts'
import { blankBoard } from '../reading/finish.ts'
import { flag, notNegative, num, positive, temperature, times, whole } from '../reading/number.ts'
import { alive, cgminerPools } from '../reading/pools.ts'
import { rateHs } from '../reading/rate.ts'
import { inner, list, type Row } from '../reading/rows.ts'
import { kept, text } from '../reading/text.ts'
import { errorProblems } from './errors.ts'
import { identityFromV3 } from './identity.ts'
import { whatsminerFacts } from './models.ts'
import { askPoolsV2, fans, light, mainsV, reportedPower } from './read-v2.ts'
import { askV3 } from './requests.ts'

export function* readV3(): Dialogue<Draft> {
  const info = yield* askV3('get.device.info')
  const { summary, edevs } = yield* askStatus()
  const pools = (yield* optional(askPoolsV3())) ?? []
  const miner = inner(info['miner'])
  const identity = identityFromV3(info)
  const facts = whatsminerFacts(identity.model)
  return {
    ...identity,
    firmware: 'WhatsMiner stock',
    ...moving({ summary, edevs, info, model: identity.model }),
    algorithm: 'sha256',
    psu: psu(inner(info['power'])),
    inletTempC:
      temperature(summary['environment-temperature']) ?? temperature(inner(info['power'])['liquid-temperature']),
    pools: withCounts(pools, pools.length === 0 ? [] : ((yield* optional(askPoolsV2())) ?? [])),
    faultLight: light(inner(info['system'])['ledstatus']),
    problems: problems(info['error-code']),
    expected: {
      boards: positive(miner['board-num']) ?? facts?.boards ?? null,
      chips: facts?.chips ?? null,
      fans: null,
    },
  }
}

/** Three requests instead of five; errors and the light stand in the device info, which waits for the whole reading. */
export function* refreshV3(before: Reading): Dialogue<Partial<Draft> | null> {
  const { summary, edevs } = yield* askStatus()
  const counted = before.pools.some(pool => pool.accepted !== null)
  const pools = counted ? cgminerPools(yield* askPoolsV2()) : yield* askPoolsV3()
  return {
    ...moving({ summary, edevs, info: { miner: { working: 'true' } }, model: before.model }),
    inletTempC: temperature(summary['environment-temperature']) ?? before.inletTempC,
    pools,
  }
}

type Status = { readonly summary: Row; readonly edevs: readonly Row[] }

function* askStatus(): Dialogue<Status> {
  const summary = inner(((yield* optional(askV3('get.miner.status', 'summary'))) ?? {})['summary'])
  const edevs = list(((yield* optional(askV3('get.miner.status', 'edevs'))) ?? {})['edevs']).map(inner)
  return { summary, edevs }
}

/** What changes from minute to minute. */
function moving({ summary, edevs, info, model }: Status & { readonly info: Row; readonly model: string | null }) {
  const miner = inner(info['miner'])
  const expected = times(positive(summary['factory-hash']), 1e12)
  const rateNow = rate(summary)
  return {
    mining: state(info, summary),
    uptimeS: notNegative(summary['elapsed']),
    ...rateNow,
    expectedHashrateHs: expected,
    nameplateHashrateHs: expected,
    ...power(summary, rateNow.hashrateHs),
    hashboards: edevs.map((dev, index) => board(dev, { index, miner, summary })),
    fans: fans(summary, model),
  } satisfies Partial<Draft>
}

/** TH/s throughout. */
function rate(summary: Row): Pick<Reading, 'hashrateHs' | 'windowMs'> {
  const realTime = rateHs(summary['hash-realtime'], 1e12)
  if (realTime !== null) return { hashrateHs: realTime, windowMs: null }
  const minute = rateHs(summary['hash-1min'], 1e12)
  if (minute !== null) return { hashrateHs: minute, windowMs: 60_000 }
  const average = rateHs(summary['hash-average'], 1e12)
  return { hashrateHs: average, windowMs: average === null ? null : times(notNegative(summary['elapsed']), 1000) }
}

function power(summary: Row, hashrateHs: number | null): Pick<Draft, 'powerW' | 'powerSource' | 'powerLimitW'> {
  const told = [summary['power-realtime'], summary['power-5min']]
  return { ...reportedPower(told, hashrateHs), powerLimitW: positive(summary['power-limit']) }
}

function state(info: Row, summary: Row): MiningState {
  const working = flag(inner(info['miner'])['working'])
  if (working === false) return 'paused'
  // One plain text in the place of the list: the mining process is down, and nobody told it to be.
  if (typeof info['error-code'] === 'string' && info['error-code'] !== '') return 'fault'
  const rateHsNow = rate(summary).hashrateHs
  if (flag(summary['up-freq-finish']) === false && working === true) return (rateHsNow ?? 0) > 0 ? 'tuning' : 'starting'
  return working === true || (rateHsNow ?? 0) > 0 ? 'running' : 'unknown'
}

type Beside = { readonly index: number; readonly miner: Row; readonly summary: Row }

/** Serial and board temperature stand elsewhere, under the number of the board. */
function board(dev: Row, { index, miner, summary }: Beside): Hashboard {
  const slot = whole(dev['slot'] ?? dev['id']) ?? index
  return {
    ...blankBoard,
    slot,
    hashrateHs: rateHs(dev['hash-average'], 1e12) ?? rateHs(dev['hash-realtime'], 1e12),
    chips: whole(dev['effective-chips']),
    boardTempC: temperature(list(summary['board-temperature'])[slot]),
    chipTempC: temperature(dev['chip-temp-max']),
    frequencyMhz: positive(dev['freq']),
    serial: text(miner[`pcbsn${slot}`]),
  }
}

function psu(power: Row): Psu | null {
  if (Object.keys(power).length === 0) return null
  return {
    model: text(power['model'] ?? power['type']),
    serial: text(power['sn']),
    inputV: mainsV(power['vin']),
    outputV: null,
    tempC: temperature(power['temp0']),
    fanRpm: positive(power['fanspeed']),
  }
}

function problems(found: unknown): readonly Problem[] {
  if (typeof found === 'string') {
    const words = text(found)
    return words === null ? [] : [{ vendorCode: null, code: 'other', component: null, text: words }]
  }
  return errorProblems(list(found).map(inner))
}

/** The list without counts, as V3 tells it. */
export function* askPoolsV3(): Dialogue<readonly MinerPool[]> {
  const found = list((yield* askV3('get.miner.status', 'pools'))['pools']).map(inner)
  return found.slice(0, 16).map((pool, slot) => ({
    slot,
    url: kept(pool['url']),
    user: kept(pool['account']),
    active: flag(pool['stratum-active']),
    alive: alive(pool['status']),
    accepted: null,
    rejected: null,
    stale: null,
    difficulty: null,
  }))
}

/** Shares are counted on 4028 only. */
function withCounts(pools: readonly MinerPool[], v2: readonly Row[]): readonly MinerPool[] {
  const counted = cgminerPools(v2)
  return pools.map(pool => {
    const same = counted[pool.slot]
    if (same?.url !== pool.url) return pool
    const { accepted, rejected, stale, difficulty } = same
    return { ...pool, accepted, rejected, stale, difficulty }
  })
}

export function* askUptimeV3(): Dialogue<number | null> {
  return notNegative(num(inner((yield* askV3('get.miner.status', 'summary'))['summary'])['elapsed']))
}
