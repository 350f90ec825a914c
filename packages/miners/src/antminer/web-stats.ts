import type { Fan, Hashboard } from '@headframe/protocol'
import type { Draft } from '../driver.ts'
import { blankBoard } from '../reading/finish.ts'
import { hottest, notNegative, num, positive, temperature, times, whole } from '../reading/number.ts'
import { rateHs, unitHs } from '../reading/rate.ts'
import { inner, list, type Row } from '../reading/rows.ts'
import { text } from '../reading/text.ts'

/** The shape of `stats.cgi` since 2020; 4028 gives the same since 2022 when asked with `new_api`. */
export function draftFromWebStats(stats: Row): Partial<Draft> {
  // KS5 tells H/s while it idles, L7 MH/s, Z15 Ksol/s.
  const perUnit = unitHs(stats['rate_unit']) ?? 1e9
  const watt = positive(stats['watt'])
  const now = rateHs(stats['rate_5s'], perUnit)
  return {
    uptimeS: notNegative(stats['elapsed']),
    hashrateHs: now ?? rateHs(stats['rate_avg'], perUnit),
    windowMs: now === null ? times(notNegative(stats['elapsed']), 1000) : 5000,
    expectedHashrateHs: positive(rateHs(stats['rate_ideal'], perUnit)),
    nameplateHashrateHs: positive(rateHs(stats['rate_sale'], perUnit)),
    powerW: watt,
    powerSource: watt === null ? null : 'reported',
    inletTempC: temperature(stats['ambient_temp']),
    fans: webFans(stats),
    hashboards: list(stats['chain']).map((chain, index) => webBoard(inner(chain), { index, perUnit })),
  }
}

function webFans(stats: Row): readonly Fan[] {
  const rpm = list(stats['fan']).map(notNegative)
  return rpm.map((value, slot) => ({ slot, rpm: value, percent: null }))
}

function webBoard(chain: Row, given: { readonly index: number; readonly perUnit: number }): Hashboard {
  const chips = whole(chain['asic_num'])
  const pcb = list(chain['temp_pcb'])
  const serial = text(chain['sn'])
  return {
    ...blankBoard,
    slot: whole(chain['index']) ?? given.index,
    present: chips !== 0 || serial !== null,
    hashrateHs: rateHs(chain['rate_real'], given.perUnit),
    chips,
    boardTempC: hottest(pcb),
    chipTempC: hottest(list(chain['temp_chip'])),
    ...inAndOut(pcb),
    frequencyMhz: num(chain['freq_avg']) === null ? positive(chain['frequency_mhz']) : positive(chain['freq_avg']),
    serial,
    hwErrors: whole(chain['hw']),
  }
}

/** Four board sensors stand in the order inlet, inlet, outlet, outlet. */
export function inAndOut(pcb: readonly unknown[]): Pick<Hashboard, 'inletTempC' | 'outletTempC'> {
  if (pcb.length !== 4) return { inletTempC: null, outletTempC: null }
  return { inletTempC: temperature(pcb[0]), outletTempC: temperature(pcb[2]) }
}

/** `o` is a good chip, `x` a bad one, `-` and the blank are filler. */
export function badChips(stats: Row): readonly { readonly slot: number; readonly bad: number }[] {
  return list(stats['chain'])
    .map(inner)
    .map((chain, index) => ({ slot: whole(chain['index']) ?? index, bad: countBad(chain['asic']) }))
    .filter(chain => chain.bad > 0)
}

export function countBad(chips: unknown): number {
  return typeof chips === 'string' ? (chips.match(/x/gi)?.length ?? 0) : 0
}
