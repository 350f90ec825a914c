/**
 * A number out of what miners write: `92345.67`, `"3250 W"`, `"15011G"`, `"+70C"`, `"17,021"`, `"49%"`.
 * `null` for texts such as `inf`, `nan`, `N/A`, `none` and the empty one.
 */
export function num(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  if (typeof value !== 'string') return null
  const found = /^\s*([+-]?\d[\d,]*(?:\.\d*)?(?:e[+-]?\d+)?|[+-]?\.\d+)\s*[a-z%°/]*\s*$/i.exec(value)
  if (!found?.[1]) return null
  const number = Number(found[1].replaceAll(',', ''))
  return Number.isFinite(number) ? number : null
}

/** Zero and less mean "not told" in power, fan, PSU and rate-limit fields. */
export function positive(value: unknown): number | null {
  const number = num(value)
  return number !== null && number > 0 ? number : null
}

export function notNegative(value: unknown): number | null {
  const number = num(value)
  return number !== null && number >= 0 ? number : null
}

/** Counts arrive as floats too (`18.0`). */
export function whole(value: unknown): number | null {
  const number = notNegative(value)
  return number === null ? null : Math.round(number)
}

/** Multiplied into our one unit; `null` stays `null`. */
export function times(value: number | null, factor: number): number | null {
  return value === null ? null : value * factor
}

/** Sensor nonsense: no sensor (0, -1), a bus that reads all ones (255, 127 of a signed byte, -1), an open one (-40 and below). */
export function temperature(value: unknown): number | null {
  const number = num(value)
  if (number === null || number === 0 || number === -1 || number === 127 || number === 255) return null
  return number <= -40 ? null : number
}

export function hottest(values: readonly unknown[]): number | null {
  const known = values.map(temperature).filter(value => value !== null)
  return known.length === 0 ? null : Math.max(...known)
}

/** Flags are 0/1, true/false, or those as text. */
export function flag(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value
  if (value === 1 || value === '1' || value === 'true') return true
  return value === 0 || value === '0' || value === 'false' ? false : null
}

const difficultyScale: Readonly<Record<string, number>> = { '': 1, K: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 }

/** `65536`, `"65536"`, `"524K"`. */
export function difficulty(value: unknown): number | null {
  const found = /^\s*([\d.]+)\s*([KMGTP]?)\s*$/i.exec(
    typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '',
  )
  const number = num(found?.[1])
  const scale = difficultyScale[(found?.[2] ?? '').toUpperCase()]
  return number === null || scale === undefined ? null : number * scale
}
