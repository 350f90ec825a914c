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

/** True between the ends of a gap. */
export const isInGap = (at: number, gaps: readonly Span[]) => gaps.some(gap => at > gap.fromAt && at < gap.toAt)

/** Gaps of relays that have nothing in the sum of a point, which speaks of one step from its time on. */
export function missingIn<G extends Span>(at: number, { points, gaps, stepMs }: CurveOf<G>): readonly G[] {
  const end = Math.min(at + stepMs, points.at(-1)?.at ?? 0)
  return gaps.filter(gap => gap.fromAt < at && end <= gap.toAt)
}

type CurveOf<G> = Omit<Curve, 'gaps' | 'points'> & {
  readonly points: readonly { readonly at: number }[]
  readonly gaps: readonly G[]
}

/** The parts of a line: of the whole site, and of the relays that are left where one is missing. */
export interface Parts {
  readonly whole: readonly (readonly Value[])[]
  readonly partial: readonly (readonly Value[])[]
}

/** A line goes on from point to point, never over a time without one, nor from a sum of all to a sum of some. */
export function partsOf(values: readonly Value[], { gaps, stepMs }: Pick<Curve, 'gaps' | 'stepMs'>): Parts {
  const parts: Record<keyof Parts, Value[][]> = { whole: [], partial: [] }
  let last: Drawn | undefined
  for (const value of values) {
    const missing = missingIn(value.at, { points: values, gaps, stepMs })
    const drawn: Drawn = { value, kind: missing.length > 0 ? 'partial' : 'whole' }
    const isKnown = value.value !== null
    if (isKnown && last && goesOn(last, drawn, { gaps, stepMs })) parts[drawn.kind].at(-1)?.push(value)
    else if (isKnown) parts[drawn.kind].push([value])
    last = isKnown ? drawn : undefined
  }
  return parts
}

interface Drawn {
  readonly value: Value
  readonly kind: keyof Parts
}

/** Not when a gap reaches into the time between two points, each of which speaks of one step. */
function goesOn(last: Drawn, next: Drawn, { gaps, stepMs }: Pick<Curve, 'gaps' | 'stepMs'>): boolean {
  const [fromAt, toAt] = [last.value.at, next.value.at]
  if (last.kind !== next.kind || toAt - fromAt > longestSteps * stepMs) return false
  return !gaps.some(gap => Math.max(gap.fromAt, fromAt + stepMs) < Math.min(gap.toAt, toAt))
}

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
