import { num } from '../reading/number.ts'
import { inner, list, type Row } from '../reading/rows.ts'

/**
 * `get_miner_status.cgi`, the only web status before 2020, as the row that 4028 would give: one set of numbered keys.
 * Some builds put `temp1=44,total_power=1599,...` into the `freq` of each chain; every other row holds its own fan keys.
 */
export function classicStats(status: Row): Row {
  const summary = inner(status['summary'])
  const devs = list(status['devs']).map(inner)
  const fans = fanKeys([status, ...devs])
  return {
    ...Object.assign({}, ...devs.map(packed)),
    ...Object.assign({}, ...devs.map(chainKeys)),
    ...fans,
    Elapsed: seconds(summary['elapsed']),
    'GHS 5s': summary['ghs5s'],
    'GHS av': summary['ghsav'],
  }
}

function chainKeys(dev: Row): Row {
  const number = num(dev['index'])
  if (number === null) return {}
  return {
    [`chain_acn${number}`]: dev['chain_acn'],
    [`chain_acs${number}`]: dev['chain_acs'],
    [`chain_rate${number}`]: dev['rate'] ?? dev['chain_rate'],
    [`chain_hw${number}`]: dev['hw'],
    [`temp${number}`]: dev['temp'],
    [`temp2_${number}`]: dev['temp2'],
    [`freq${number}`]: num(dev['freq']) ?? dev['freqavg'],
  }
}

function packed(dev: Row): Row {
  const text = dev['freq']
  if (typeof text !== 'string' || !text.includes('=')) return {}
  return Object.fromEntries(
    text
      .split(',')
      .slice(0, 256)
      .map(pair => [pair.split('=')[0] ?? '', pair.split('=')[1] ?? '']),
  )
}

function fanKeys(found: readonly Row[]): Row {
  const pairs = found.flatMap(one =>
    Object.entries(one).filter(([key, value]) => /^fan\d$/.test(key) && (num(value) ?? 0) > 0),
  )
  return Object.fromEntries(pairs)
}

/** `50474`, `"50474"`, `"1d2h3m4s"`. */
function seconds(value: unknown): number | null {
  const plain = num(value)
  if (plain !== null && (typeof value === 'number' || /^[\d,.\s]+$/.test(String(value)))) return plain
  if (typeof value !== 'string') return null
  const parts = [...value.matchAll(/(\d+)\s*([dhms])/g)]
  return parts.length === 0
    ? null
    : parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (lengths[unit ?? ''] ?? 0), 0)
}

const lengths: Readonly<Record<string, number>> = { d: 86_400, h: 3600, m: 60, s: 1 }
