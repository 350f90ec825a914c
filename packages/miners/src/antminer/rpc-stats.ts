import type { Fan, Hashboard } from '@headframe/protocol'
import type { Draft } from '../driver.ts'
import { blankBoard } from '../reading/finish.ts'
import { hottest, notNegative, num, positive, times, whole } from '../reading/number.ts'
import { rateHs, rateWithUnitHs, unitHs } from '../reading/rate.ts'
import type { Row } from '../reading/rows.ts'
import { countBad, inAndOut } from './web-stats.ts'

type Given = { readonly model: string | null; readonly algorithm: string | null }

/** The classic `stats` of 4028: one row with numbered keys, `chain_rate1` and so on. */
export function draftFromRpcStats(stats: Row, given: Given): Partial<Draft> {
  const units = rpcUnits(stats, given)
  const watt = power(stats)
  const now = rateHs(stats['GHS 5s'] ?? stats['MHS 5s'], units.total)
  return {
    uptimeS: notNegative(stats['Elapsed']),
    hashrateHs: now ?? rateHs(stats['GHS av'], units.total),
    windowMs: now === null ? times(notNegative(stats['Elapsed']), 1000) : 5000,
    expectedHashrateHs: positive(rateHs(stats['total_rateideal'], units.total)),
    powerW: watt,
    powerSource: watt === null ? null : 'reported',
    fans: rpcFans(stats),
    hashboards: numbers.filter(number => hasBoard(stats, number)).map(number => rpcBoard(stats, number, units.chain)),
  }
}

// Sixteen chains at most, numbered from 1; the S9 has its three at 6, 7 and 8.
const numbers = Array.from({ length: 16 }, (_, index) => index + 1)

type Units = { readonly total: number; readonly chain: number }

/** The keys say GHS whatever the unit is. */
function rpcUnits(stats: Row, given: Given): Units {
  if (given.algorithm === 'equihash') return equihashUnits(given.model)
  const told = unitHs(stats['rate_unit'])
  // L3+ and D3 mean MH/s.
  const unit = told ?? (given.algorithm === 'scrypt' || given.model === 'D3' ? 1e6 : 1e9)
  return { total: 'MHS 5s' in stats && !('GHS 5s' in stats) ? 1e6 : unit, chain: unit }
}

/** Z15 tells Sol/s in all and Ksol/s a chain; Z15 Pro Ksol/s in all and Gsol/s a chain. */
function equihashUnits(model: string | null): Units {
  return model === 'Z15' ? { total: 1, chain: 1e3 } : { total: 1e3, chain: 1e9 }
}

function power(stats: Row): number | null {
  return (
    positive(stats['chain_power']) ??
    positive(stats['total_power']) ??
    positive(stats['power']) ??
    positive(stats['watt'])
  )
}

function hasBoard(stats: Row, number: number): boolean {
  const rate = stats[`chain_rate${number}`]
  return (num(stats[`chain_acn${number}`]) ?? 0) > 0 || (num(rate) ?? 0) > 0
}

function rpcBoard(stats: Row, number: number, perUnit: number): Hashboard {
  const pcb = dashed(stats[`temp_pcb${number}`])
  const average = rateWithUnitHs(stats[`CHAIN AVG HASHRATE${number}`])
  return {
    ...blankBoard,
    slot: number - 1,
    hashrateHs: average ?? rateHs(stats[`chain_rate${number}`], perUnit),
    chips: whole(stats[`chain_acn${number}`]),
    boardTempC: hottest(pcb) ?? hottest([...inOutSensors(stats, 'pcb', number), stats[`temp${number}`]]),
    chipTempC:
      hottest(dashed(stats[`temp_chip${number}`])) ??
      hottest([...inOutSensors(stats, 'chip', number), stats[`temp2_${number}`]]),
    ...inAndOut(pcb),
    frequencyMhz:
      positive(stats[`freq${number}`]) ?? positive(stats[`freq_avg${number}`]) ?? positive(stats['frequency']),
    hwErrors: whole(stats[`chain_hw${number}`]),
  }
}

/** `45-45-50-50`; zeros are sensors that are not there. */
function dashed(value: unknown): readonly string[] {
  return typeof value === 'string' ? value.split('-').slice(0, 16) : []
}

/** Z15 Pro: `temp_in_pcb_1`. Its `temp_out_chip_` repeats the board's sensors, so that only the hottest of all says something. */
function inOutSensors(stats: Row, kind: 'pcb' | 'chip', number: number): readonly unknown[] {
  return ['in', 'out'].flatMap(side => dashed(stats[`temp_${side}_${kind}_${number}`]))
}

/** Fans sit at `fan1` to `fan8`; on the S9 at 3, 5 and 6, the rest reading zero. */
function rpcFans(stats: Row): readonly Fan[] {
  const found = numbers.slice(0, 8).flatMap(number => {
    const rpm = notNegative(stats[`fan${number}`])
    return rpm === null ? [] : [{ slot: number - 1, rpm, percent: null }]
  })
  const turning = found.filter(fan => fan.rpm > 0)
  const wanted = whole(stats['fan_num']) ?? turning.length
  if (turning.length >= wanted) return turning
  // Fewer than there should be: the first ones are listed as they are, so that the one that stands can be named.
  return turning.every(fan => fan.slot < wanted) ? found.slice(0, wanted) : turning
}

export function badChipsRpc(stats: Row): readonly { readonly slot: number; readonly bad: number }[] {
  return numbers
    .map(number => ({ slot: number - 1, bad: countBad(stats[`chain_acs${number}`]) }))
    .filter(chain => chain.bad > 0)
}
