import type { Fan, Hashboard, MiningState, Psu, Reading } from '@headframe/protocol'
import { optional } from '../ask.ts'
import type { Dialogue, Draft } from '../driver.ts'
import { blankBoard } from '../reading/finish.ts'
import { flag, notNegative, num, positive, temperature, times, whole } from '../reading/number.ts'
import { cgminerPools } from '../reading/pools.ts'
import { rateHs } from '../reading/rate.ts'
import type { Row } from '../reading/rows.ts'
import { mac, text } from '../reading/text.ts'
import { codesInSummary, errorProblems } from './errors.ts'
import { askWho, identityFromV2 } from './identity.ts'
import { isLiquid, whatsminerFacts } from './models.ts'
import { askV2Message, askV2Rows } from './requests.ts'

export function* readV2(): Dialogue<Draft> {
  const summary = (yield* askV2Rows('summary', 'SUMMARY'))[0] ?? {}
  const devs = (yield* optional(askV2Rows('devs', 'DEVS'))) ?? (yield* optional(askV2Rows('edevs', 'DEVS'))) ?? []
  const pools = (yield* optional(askV2Rows('pools', 'POOLS'))) ?? []
  const status = (yield* optional(askV2Message('status'))) ?? {}
  const supply = (yield* optional(askV2Message('get_psu'))) ?? {}
  const errors = (yield* optional(askV2Message('get_error_code'))) ?? {}
  const who = yield* askWho()
  const identity = identityFromV2({ ...who, summary })
  const facts = whatsminerFacts(identity.model)
  return {
    ...identity,
    firmware: 'WhatsMiner stock',
    ...moving({ summary, devs, pools, status, model: identity.model }),
    algorithm: 'sha256',
    psu: psu(supply, summary),
    faultLight: light(who.info['ledstat']),
    problems: errorProblems([...codesInSummary(summary), ...codes(errors['error_code'])]),
    expected: { boards: facts?.boards ?? null, chips: facts?.chips ?? null, fans: null },
  }
}

/** Three requests instead of nine, or four for a liquid-cooled machine, whose inlet only `status` tells. */
export function* refreshV2(before: Reading): Dialogue<Partial<Draft> | null> {
  const summary = (yield* askV2Rows('summary', 'SUMMARY'))[0] ?? {}
  const told = mac(summary['MAC'])
  if (told !== null && told !== before.mac) return null
  const devs = yield* askV2Rows('devs', 'DEVS')
  const pools = (yield* optional(askV2Rows('pools', 'POOLS'))) ?? []
  const hasInlet = temperature(summary['Env Temp']) !== null || before.inletTempC === null
  const status = hasInlet ? {} : yield* askV2Message('status')
  return {
    ...moving({ summary, devs, pools, status, model: before.model }),
    problems: errorProblems(codesInSummary(summary)),
  }
}

type Moving = {
  readonly summary: Row
  readonly devs: readonly Row[]
  readonly pools: readonly Row[]
  readonly status: Row
  readonly model: string | null
}

/** What changes from minute to minute. */
function moving({ summary, devs, pools, status, model }: Moving) {
  const expected = expectedHs(summary)
  const rateNow = rate(summary)
  return {
    mining: state(summary, { status, devs }),
    uptimeS: notNegative(summary['Elapsed']),
    ...rateNow,
    expectedHashrateHs: expected,
    nameplateHashrateHs: expected,
    ...power(summary, rateNow.hashrateHs),
    hashboards: devs.map(board),
    fans: fans(summary, model),
    // Of a liquid-cooled machine the coolant is what goes in.
    inletTempC: temperature(summary['Env Temp']) ?? temperature(status['liquid_temp']),
    pools: cgminerPools(pools),
  } satisfies Partial<Draft>
}

/** Without windows to compare with, what the machine should do tells the unit of a small `HS RT`. */
function smallRate(summary: Row): number | null {
  const inTera = rateHs(summary['HS RT'], 1e12)
  const expected = expectedHs(summary)
  return inTera !== null && expected !== null && inTera > expected / 10 ? inTera : times(inTera, 1e-6)
}

/** MH/s; some samples hold TH/s in `HS RT`, which is then far too small to be meant so. */
function rate(summary: Row): Pick<Reading, 'hashrateHs' | 'windowMs'> {
  const realTime = num(summary['HS RT'])
  if (realTime !== null && realTime >= 100_000) return { hashrateHs: realTime * 1e6, windowMs: null }
  const minute = rateHs(summary['MHS 1m'], 1e6)
  if (minute !== null) return { hashrateHs: minute, windowMs: 60_000 }
  const average = rateHs(summary['MHS av'], 1e6)
  return {
    hashrateHs: average ?? smallRate(summary),
    windowMs: average === null ? null : times(notNegative(summary['Elapsed']), 1000),
  }
}

function expectedHs(summary: Row): number | null {
  return times(positive(summary['Factory GHS']), 1e9) ?? times(positive(summary['Target MHS']), 1e6)
}

function power(summary: Row, hashrateHs: number | null): Pick<Draft, 'powerW' | 'powerSource' | 'powerLimitW'> {
  const told = [summary['Power'], summary['Power_RT']]
  return { ...reportedPower(told, hashrateHs), powerLimitW: positive(summary['Power Limit']) }
}

/** -1 is unknown, and so is the zero of a machine that hashes. */
export function reportedPower(
  told: readonly unknown[],
  hashrateHs: number | null,
): Pick<Draft, 'powerW' | 'powerSource'> {
  const known = told.map((hashrateHs ?? 0) > 0 ? positive : notNegative)
  const powerW = known.find(value => value !== null) ?? null
  return { powerW, powerSource: powerW === null ? null : 'reported' }
}

type Told = { readonly status: Row; readonly devs: readonly Row[] }

function state(summary: Row, { status, devs }: Told): MiningState {
  const off = flag(status['mineroff'] ?? status['btmineroff'])
  if (off === true) return 'paused'
  const hashing = (rate(summary).hashrateHs ?? 0) > 0
  const ramping = summary['Hash Stable'] === false || devs.some(dev => flag(dev['Upfreq Complete']) === false)
  if (hashing) return ramping ? 'tuning' : 'running'
  if (rate(summary).hashrateHs === null) return 'unknown'
  const uptimeS = num(summary['Elapsed'])
  return uptimeS === null || uptimeS < rampUpS ? 'starting' : 'fault'
}

/** A machine takes up to twenty minutes to reach its frequency. */
const rampUpS = 1200

function board(dev: Row, index: number): Hashboard {
  return {
    ...blankBoard,
    slot: whole(dev['Slot'] ?? dev['ASC']) ?? index,
    present: true,
    hashrateHs: rateHs(dev['MHS av'], 1e6),
    chips: whole(dev['Effective Chips']),
    boardTempC: temperature(dev['Temperature'] ?? dev['Tenperature']),
    chipTempC: temperature(dev['Chip Temp Max']),
    frequencyMhz: positive(dev['Chip Frequency']),
    serial: text(dev['PCB SN']),
    hwErrors: whole(dev['Hardware Errors']),
  }
}

/** Liquid-cooled machines have none: the fields are absent or zero. */
export function fans(summary: Row, model: string | null): readonly Fan[] {
  const liquid = flag(summary['Liquid Cooling']) === true || isLiquid(model)
  return [
    summary['Fan Speed In'] ?? summary['fan-speed-in'],
    summary['Fan Speed Out'] ?? summary['fan-speed-out'],
  ].flatMap((value, slot) => {
    const rpm = notNegative(value)
    return rpm === null || (liquid && rpm === 0) ? [] : [{ slot, rpm, percent: null }]
  })
}

function psu(supply: Row, summary: Row): Psu | null {
  const found = {
    model: text(supply['model'] ?? supply['Model']),
    serial: text(supply['serial_no'] ?? supply['Series No']),
    inputV: mainsV(supply['vin'] ?? supply['Vin']),
    outputV: positive(supply['Vout']),
    tempC: temperature(supply['temp0'] ?? supply['Temp 0']),
    fanRpm: positive(summary['Power Fanspeed']) ?? positive(supply['fan_speed'] ?? supply['Fan Speed']),
  }
  return Object.values(found).every(value => value === null) ? null : found
}

/** Told in hundredths of a volt, and by some builds in volts. No mains has a thousand volts. */
export function mainsV(value: unknown): number | null {
  const told = positive(value)
  return told !== null && told > 1000 ? told / 100 : told
}

/** `auto` shows the state of the machine; anything else was set to find it. */
export function light(status: unknown): boolean | null {
  const word = text(status)
  return word === null ? null : word.toLowerCase() !== 'auto'
}

function codes(value: unknown): readonly Row[] {
  return Array.isArray(value)
    ? value.slice(0, 64).filter(one => typeof one === 'object' && one !== null)
    : typeof value === 'object' && value !== null
      ? [{ ...value }]
      : []
}

/** The system's own uptime, which a restart of the mining process leaves alone. */
export function* askUptimeV2(): Dialogue<number | null> {
  const summary = (yield* askV2Rows('summary', 'SUMMARY'))[0] ?? {}
  return notNegative(summary['Uptime'] ?? summary['Elapsed'])
}

export function* askLightV2(): Dialogue<boolean | null> {
  return light((yield* askV2Message('get_miner_info'))['ledstat'])
}

export function* askPoolsV2(): Dialogue<readonly Row[]> {
  return yield* askV2Rows('pools', 'POOLS')
}
