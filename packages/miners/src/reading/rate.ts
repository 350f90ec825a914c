import { num, times } from './number.ts'

const scales: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 }

/** Hashes per second in one `GH/s`, `GH`, `MH/s`, `Ksol/s`, `H/s`. A solution counts as one hash. */
export function unitHs(unit: unknown): number | null {
  const found = /^\s*([KMGTP]?)\s*(?:H|HS|SOLS?)(?:\/S)?\s*$/i.exec(typeof unit === 'string' ? unit : '')
  return found ? (scales[(found[1] ?? '').toUpperCase()] ?? null) : null
}

/** A rate in H/s, or `null`; a negative one is no rate. A text with a unit of its own is believed. */
export function rateHs(value: unknown, perUnit: number): number | null {
  const own = rateWithUnitHs(value)
  if (own !== null) return own
  const number = num(value)
  return number === null || number < 0 ? null : times(number, perUnit)
}

/** `"289.94 Ksol/s"`: a number with its unit. */
export function rateWithUnitHs(value: unknown): number | null {
  const found = /^\s*([\d.,]+)\s*([a-z/]+)\s*$/i.exec(typeof value === 'string' ? value : '')
  const perUnit = unitHs(found?.[2])
  return found && perUnit !== null ? times(num(found[1]), perUnit) : null
}
