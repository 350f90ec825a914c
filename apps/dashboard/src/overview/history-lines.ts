import type { HistoryGap, HistoryPoint } from '@headframe/protocol'

export interface Span {
  readonly fromAt: number
  readonly toAt: number
}

export interface Value {
  readonly at: number
  /** `null` for what is not known. */
  readonly value: number | null
}

/** What a site did, and when nobody knows. */
export interface Curve {
  readonly points: readonly HistoryPoint[]
  readonly gaps: readonly HistoryGap[]
  readonly stepMs: number
}

/** A point may be late by as much as another step before something is missing. */
const longestSteps = 2.5

/** True between the ends of a gap, where a sum over all relays is not known. */
export const isInGap = (at: number, gaps: readonly Span[]) => gaps.some(gap => at > gap.fromAt && at < gap.toAt)

/** The parts of a line, none of which goes on over what is not known. */
export function partsOf(values: readonly Value[], { gaps, stepMs }: Pick<Curve, 'gaps' | 'stepMs'>): Value[][] {
  const parts: Value[][] = []
  let last: Value | null = null
  for (const value of values) {
    const known = value.value !== null && !isInGap(value.at, gaps)
    if (known) {
      const goesOn = last !== null && value.at - last.at <= longestSteps * stepMs && !isBroken(last.at, value.at, gaps)
      if (goesOn) parts.at(-1)?.push(value)
      else parts.push([value])
    }
    last = known ? value : null
  }
  return parts
}

const isBroken = (fromAt: number, toAt: number, gaps: readonly Span[]) =>
  gaps.some(gap => gap.fromAt < toAt && gap.toAt > fromAt)

/** Where lines are drawn: as wide as the span, and as high as `top`. */
export interface Frame extends Span {
  readonly top: number
}

export const frameWidth = 1000
export const frameHeight = 100

export function pathOf(parts: readonly (readonly Value[])[], frame: Frame): string {
  const spot = ({ at, value }: Value) =>
    `${(shareOf(at, frame) * frameWidth).toFixed(1)} ${(frameHeight * (1 - (value ?? 0) / frame.top)).toFixed(2)}`
  // A lone point is a line of no length: its round ends are the dot.
  return parts.map(part => `M${part.map(spot).join('L')}${part.length === 1 ? 'h0.01' : ''}`).join('')
}

/** From 0 at the left to 1 at the right. */
export const shareOf = (at: number, { fromAt, toAt }: Span) => Math.max(0, Math.min(1, (at - fromAt) / (toAt - fromAt)))

/** A round number at or above all values, so that half of it is round too. */
export function topOf(values: readonly (number | null)[]): number {
  const most = values.reduce<number>((most, value) => Math.max(most, value ?? 0), 0)
  if (most === 0) return 1
  const size = 10 ** Math.floor(Math.log10(most))
  return size * (roundSteps.find(step => step * size >= most * 1.02) ?? 10)
}

const roundSteps = [1, 1.2, 1.6, 2, 2.4, 3, 4, 5, 6, 8, 10] as const

/** The point that is nearest to a time, if one is near. */
export function nearest(points: readonly HistoryPoint[], at: number, withinMs: number): HistoryPoint | null {
  let best: HistoryPoint | null = null
  for (const point of points) if (!best || Math.abs(point.at - at) < Math.abs(best.at - at)) best = point
  return best && Math.abs(best.at - at) <= withinMs ? best : null
}

/** Full hours of a day, or midnights of a week, in local time. */
export function ticksOf({ fromAt, toAt }: Span): number[] {
  const isWeek = toAt - fromAt > 2 * 86_400_000
  const tick = new Date(fromAt)
  tick.setHours(isWeek ? 0 : tick.getHours() - (tick.getHours() % 4), 0, 0, 0)
  const ticks: number[] = []
  while (tick.getTime() <= toAt) {
    if (tick.getTime() >= fromAt) ticks.push(tick.getTime())
    if (isWeek) tick.setDate(tick.getDate() + 1)
    else tick.setHours(tick.getHours() + 4)
  }
  return ticks
}
