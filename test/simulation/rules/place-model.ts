import { longestStepMs, type Moment } from '@headframe/protocol'
import type { ActorCode, HistoryPlace } from '../actor/code.ts'
import type { Chance } from '../world/chance.ts'

/** Nothing is missing between two times. */
type Part = readonly [from: number, through: number]

/**
 * How far a control says that it has the past, by beats and markers in any order: as far as parts without a hole lead
 * from where it was, and no further [S5].
 */
export function tryPlaces(code: ActorCode, chance: Chance, violated: (rule: string, text: string) => void): void {
  const minute = (at: number): Moment => ({ epoch: 1, at: at * 60_000 })
  const longest = longestStepMs / 60_000
  let place: HistoryPlace = { history: minute(0), run: null }
  let reached = 0
  let run: Part | null = null
  let now = 0
  const reach = (part: Part | null) => {
    if (part && part[0] <= reached) reached = Math.max(reached, part[1])
  }
  for (let step = 0; step < 60; step += 1) {
    if (chance.yes(0.6)) {
      now += chance.pick([1, 1, longest, longest + 1, 10])
      run = run && now - run[1] <= longest ? [run[0], now] : [now, now]
      if (now - reached <= longest) reached = now
      place = code.afterBeat(place, minute(now))
    } else {
      const from = Math.max(0, reached + chance.between(-3, 1))
      const through = from + chance.between(0, chance.pick([2, 12]))
      const after = code.afterMarker(place, { from: minute(from), through: minute(through) })
      if ((after === null) !== from > reached) violated('S5', `a marker from ${from} counts, and ${reached} is reached`)
      if (from <= reached) reach([from, through])
      place = after ?? place
    }
    reach(run)
    const is = (place.history?.at ?? 0) / 60_000
    if (is !== reached) return violated('S5', `the past is said to be there up to ${is} instead of ${reached}`)
  }
}
