/** Shown for what is not known. */
export const unknownText = '–'

const siSteps = ['', 'k', 'M', 'G', 'T', 'P', 'E', 'Z'] as const

export interface Amount {
  readonly value: string
  readonly unit: string
}

/** Three significant digits, plain: `198`, `3.21`, `0.512`, `1,240`. */
export function threeDigits(value: number): string {
  const size = Math.abs(value)
  const digits = size >= 99.95 || size === 0 ? 0 : size >= 9.995 ? 1 : size >= 0.9995 ? 2 : 3
  return decimals[digits].format(value)
}

// Made once: a table of miners writes thousands of numbers for each letter that is typed.
const withDecimals = (digits: number) =>
  new Intl.NumberFormat('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })
const decimals = [withDecimals(0), withDecimals(1), withDecimals(2), withDecimals(3)] as const

/** Three significant digits with an SI step: `hashrate(1.98e17)` is `198 PH/s`. */
export function siAmount(value: number, unit: string): Amount {
  const size = Math.abs(value)
  const step = size < 1000 ? 0 : Math.min(siSteps.length - 1, Math.floor(Math.log10(size * 1.0005) / 3))
  return { value: threeDigits(value / 1000 ** step), unit: `${siSteps[step] ?? ''}${unit}` }
}

export const hashrateAmount = (hashrateHs: number) => siAmount(hashrateHs, 'H/s')
export const powerAmount = (powerW: number) => siAmount(powerW, 'W')

export function amountText(amount: Amount): string {
  return `${amount.value} ${amount.unit}`
}

/** A whole number with thousands marked. */
export function countText(count: number): string {
  return decimals[0].format(Math.round(count))
}

/** From what a test pool asks to what a share of luck has: `0.000001`, `1.5`, `65,536`. */
export function difficultyText(difficulty: number): string {
  return Math.abs(difficulty) >= 1000
    ? countText(difficulty)
    : difficulty.toLocaleString('en', { maximumSignificantDigits: 3 })
}

/** `12 s`, `4 min`, `3 h`, `5 d`: how long, in its largest whole unit. */
export function spanText(spanMs: number): string {
  const seconds = Math.max(0, Math.floor(spanMs / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}

/** `2 d 4 h`, `3 h 12 min`, `45 s`: two units, for uptimes. */
export function uptimeText(spanMs: number): string {
  const minutes = Math.floor(spanMs / 60_000)
  if (minutes < 1) return spanText(spanMs)
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return `${hours} h ${minutes % 60} min`
  return `${Math.floor(hours / 24)} d ${hours % 24} h`
}

/** `14:05:09`, with the day when it is another one than `now`. */
export function clockText(at: number, now: number): string {
  const time = new Date(at).toLocaleTimeString('en-GB')
  const day = new Date(at).toDateString()
  // Sweden writes dates as ISO does, in local time.
  return day === new Date(now).toDateString() ? time : `${new Date(at).toLocaleDateString('sv-SE')} ${time}`
}

export function plural(count: number, one: string, many = `${one}s`): string {
  return `${countText(count)} ${count === 1 ? one : many}`
}

/** While others are given their copy of a site first. */
export function aheadText(ahead: number): string {
  return ahead === 0 ? '' : `${plural(ahead, 'page')} that opened earlier ${ahead === 1 ? 'comes' : 'come'} first.`
}
