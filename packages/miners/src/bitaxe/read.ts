import type { Fan, Hashboard, MiningState, Problem, Reading } from '@headframe/protocol'
import { askHttp, optional } from '../ask.ts'
import type { Answers, Dialogue, Draft, Identity } from '../driver.ts'
import { blankBoard } from '../reading/finish.ts'
import { flag, hottest, notNegative, num, positive, temperature, times, whole } from '../reading/number.ts'
import { rateHs } from '../reading/rate.ts'
import { row, type Row } from '../reading/rows.ts'
import { mac, text } from '../reading/text.ts'
import { boardFacts, type BoardFacts } from './boards.ts'
import { axeMinerPools } from './pools.ts'
import { askInfo, axe } from './requests.ts'

/** NerdAxe and LuckyMiner speak the same API and are other firmware: they are told apart before. */
export function recognises(answers: Answers): boolean {
  return answers.axe?.includes('"ASICModel"') === true || answers.root?.body.includes('AxeOS') === true
}

export function* askIdentity(): Dialogue<Identity> {
  const info = yield* askInfo()
  return identityFrom(info, modelOf(info, yield* askAsic(info)))
}

export function* read(): Dialogue<Draft> {
  const info = yield* askInfo()
  const facts = boardFacts(text(info['boardVersion']))
  const asic = yield* askAsic(info)
  const chips = whole(info['asicCount']) ?? facts?.chips ?? whole(asic['asicCount'])
  const expected = expectedHs(info, chips)
  const { hashrateHs, windowMs } = rate(info, expected)
  return {
    ...identityFrom(info, modelOf(info, asic)),
    firmware: 'AxeOS',
    mining: state(info, hashrateHs),
    uptimeS: notNegative(info['uptimeSeconds']),
    hashrateHs,
    windowMs,
    expectedHashrateHs: expected,
    nameplateHashrateHs: facts?.nameplateHs ?? null,
    algorithm: 'sha256',
    powerW: positive(info['power']),
    powerSource: positive(info['power']) === null ? null : 'reported',
    hashboards: [board(info, { chips, hashrateHs })],
    fans: fans(info, facts),
    // The regulator is the only supply that the board knows: `voltage` is its input in mV, `vrTemp` its temperature.
    psu: {
      model: null,
      serial: null,
      inputV: times(positive(info['voltage']), 0.001),
      outputV: times(positive(info['coreVoltageActual']), 0.001),
      tempC: temperature(info['vrTemp']),
      fanRpm: null,
    },
    pools: axeMinerPools(info),
    problems: problems(info),
    expected: { boards: 1, chips: facts?.chips ?? null, fans: null },
  }
}

function identityFrom(info: Row, model: string | null): Identity {
  return {
    make: 'Bitaxe',
    model,
    firmwareVersion: text(info['version']),
    mac: mac(info['macAddr']),
    serial: null,
    hostname: text(info['hostname']),
  }
}

/** A board that we do not know is asked what it is, which only recent firmware answers. */
function* askAsic(info: Row): Dialogue<Row> {
  if (boardFacts(text(info['boardVersion'])) !== null) return {}
  return (yield* optional(askHttp(axe('/api/system/asic'), row))) ?? {}
}

function modelOf(info: Row, asic: Row): string | null {
  const known = boardFacts(text(info['boardVersion']))?.model ?? text(info['deviceModel'])
  return known ?? text(asic['deviceModel']) ?? text(info['ASICModel'])
}

/** The rate of this moment, else that of the shortest window that is told; -1 until the window has passed. */
function rate(info: Row, expected: number | null): Pick<Reading, 'hashrateHs' | 'windowMs'> {
  const windows = [
    ['hashRate', null],
    ['hashRate_1m', 60_000],
    ['hashRate_10m', 600_000],
    ['hashRate_1h', 3_600_000],
  ] as const
  for (const [key, windowMs] of windows) {
    const hashrateHs = inGigahashes(rateHs(info[key], 1e9), expected)
    if (hashrateHs !== null) return { hashrateHs, windowMs }
  }
  return { hashrateHs: null, windowMs: null }
}

/** Told by recent firmware; else every small core tries one hash a clock. */
function expectedHs(info: Row, chips: number | null): number | null {
  const told = positive(info['expectedHashrate'])
  if (told !== null) return told * 1e9
  const cores = positive(info['smallCoreCount'])
  const mhz = positive(info['frequency'])
  return cores === null || mhz === null || chips === null ? null : cores * chips * mhz * 1e6
}

/** GH/s; one sample held a thousand times as much. A rate that far above what is expected is taken for MH/s. */
function inGigahashes(hashrateHs: number | null, expected: number | null): number | null {
  if (hashrateHs === null || expected === null || hashrateHs < expected * 100) return hashrateHs
  return hashrateHs / 1000
}

function board(info: Row, given: { readonly chips: number | null; readonly hashrateHs: number | null }): Hashboard {
  return {
    ...blankBoard,
    hashrateHs: given.hashrateHs,
    chips: given.chips,
    chipTempC: hottest([info['temp'], info['temp2']]),
    frequencyMhz: positive(info['frequency']),
    voltageV: times(positive(info['coreVoltageActual']), 0.001),
  }
}

function fans(info: Row, facts: BoardFacts | null): readonly Fan[] {
  const percent = notNegative(info['fanspeed'])
  const first = notNegative(info['fanrpm'])
  const second = notNegative(info['fan2rpm'])
  return [
    ...(first === null ? [] : [{ slot: 0, rpm: first, percent }]),
    // Firmware for all boards tells 0 for the second fan of those with one.
    ...(second !== null && (second > 0 || facts?.fans === 2) ? [{ slot: 1, rpm: second, percent }] : []),
  ]
}

function state(info: Row, hashrateHs: number | null): MiningState {
  if (flag(info['miningPaused']) === true) return 'paused'
  if (isHot(info)) return 'fault'
  if ((hashrateHs ?? 0) > 0) return 'running'
  if (faultIn(info['power_fault'], '') !== null || faultIn(info['hardware_fault'], '') !== null) return 'fault'
  const uptimeS = num(info['uptimeSeconds'])
  if (hashrateHs === null || uptimeS === null) return 'unknown'
  return uptimeS < 120 ? 'starting' : 'fault'
}

function problems(info: Row): readonly Problem[] {
  const power = faultIn(info['power_fault'], 'The power supply fails.')
  const hardware = faultIn(info['hardware_fault'], 'The board fails.')
  return [
    ...(isHot(info)
      ? [
          problem(
            'overheat_mode',
            'chip-too-hot',
            'It stopped because it was too hot, and stays so until that is reset.',
          ),
        ]
      : []),
    ...(power === null ? [] : [problem('power_fault', 'psu-fault', power)]),
    ...(hardware === null ? [] : [problem('hardware_fault', 'hashboard-fault', hardware)]),
  ]
}

function isHot(info: Row): boolean {
  return (num(info['overheat_mode']) ?? 0) > 0 || info['overheat_mode'] === true
}

/** A sentence of the machine, or a flag like all others, which needs ours. */
function faultIn(value: unknown, ours: string): string | null {
  const on = flag(value)
  if (on !== null) return on ? ours : null
  return text(value)
}

function problem(vendorCode: string, code: Problem['code'], words: string): Problem {
  return { vendorCode, code, component: 'hashboard 0', text: words }
}
