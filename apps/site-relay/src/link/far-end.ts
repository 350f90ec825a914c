import {
  decodeUp,
  isJson,
  isLater,
  isNextStep,
  openPacked,
  relayId,
  splitFrames,
  type GapReason,
  type LiveTable,
  type Moment,
} from '@headframe/protocol'
import { inflateRawSync } from 'node:zlib'
import { tenAt, type Keeping } from '../history/builders.ts'
import { minuteMs } from '../history/history.ts'
import { createBackfill, type Backfill } from './backfill.ts'
import { pastOf } from './past-rows.ts'

interface Gap {
  readonly from: Moment
  readonly through: Moment
  readonly reason: GapReason
}

/** For tests: a control's disk, as far as history goes: it takes what goes on from where it is, and nothing else. */
export interface FarEnd {
  history: Moment | null
  /** Beats that came one after the other: they are history once it reaches the first of them. */
  run: { readonly from: Moment; readonly through: Moment } | null
  /** By epoch, time and cohort; how often each came. */
  readonly rows: Map<string, { readonly table: LiveTable; readonly times: number }>
  readonly gaps: Gap[]
  /** What its beats have for history: no more than a step is between two of them. */
  readonly steps: Pick<Gap, 'from' | 'through'>[]
  /** In order: a cohort for rows, and markers. */
  readonly came: string[]
  readonly sizes: number[]
}

export const farEnd = (history: Moment | null): FarEnd => ({
  history,
  run: null,
  rows: new Map(),
  gaps: [],
  steps: [],
  came: [],
  sizes: [],
})
export const keyOf = ({ epoch, at }: Moment, cohort: number) => `${epoch} ${(at - tenAt) / minuteMs} ${cohort}`

function take(far: FarEnd, payload: Uint8Array): void {
  far.sizes.push(payload.length)
  if (!isJson(payload)) return takeRows(far, payload)
  const decoded = decodeUp(payload)
  if (!decoded.ok || decoded.message.type !== 'history') throw new Error('no marker')
  const { from, through, gap } = decoded.message
  if (far.history && isLater(from, far.history)) throw new Error('a hole that is not marked')
  if (isLater(from, through)) throw new Error('a marker that runs back')
  far.history = far.history && isLater(far.history, through) ? far.history : through
  far.came.push(gap ?? 'through')
  if (gap) far.gaps.push({ from, through, reason: gap })
  if (far.run && !isLater(far.run.from, far.history) && isLater(far.run.through, far.history))
    goOn(far, far.run.through)
}

function goOn(far: FarEnd, through: Moment): void {
  if (far.history) far.steps.push({ from: far.history, through })
  far.history = through
}

function takeRows(far: FarEnd, payload: Uint8Array): void {
  const opened = openPacked(payload)
  if (!opened.ok) throw new Error(opened.error.text)
  const split = splitFrames(inflateRawSync(opened.deflated))
  if (!split.ok) throw new Error(split.error.text)
  const { cohort, epoch, tables } = pastOf(split.frames, payload.length)
  far.came.push(`cohort ${cohort}`)
  for (const { at, table } of tables) {
    const key = keyOf({ epoch, at }, cohort)
    far.rows.set(key, { table, times: (far.rows.get(key)?.times ?? 0) + 1 })
  }
}

interface Line {
  readonly isIdle?: () => boolean
  readonly rate?: number
  /** It is cut after so many. */
  readonly messages?: number
  /** So many arrive in a second; beats overtake the others. */
  readonly arriving?: number
}

interface Connected {
  readonly backfill: Backfill
  /** Some seconds go by, and a beat is stored at the first of every minute. */
  readonly catchUp: (seconds?: number) => void
}

/** A connection of a relay that keeps history. */
export function connect(kept: Keeping, far: FarEnd, over: Line = {}): Connected {
  let left = over.messages ?? Infinity
  const wire: Uint8Array[] = []
  const arrive = () => {
    for (const payload of wire.splice(0, over.arriving ?? Infinity)) {
      take(far, payload)
      if (far.history && isJson(payload)) backfill.stored(far.history)
    }
  }
  kept.history().followClock()
  const beat = () => {
    const at = kept.clock.now
    storeBeat(far, { epoch: kept.clock.epoch, at })
    backfill.beatStored(at)
  }
  const backfill = createBackfill({
    history: kept.history(),
    relay: relayId.parse('relay_000000000001'),
    epoch: kept.clock.epoch,
    from: far.history,
    bytesPerSecond: over.rate ?? 2 ** 20,
    monotonic: () => kept.clock.monotonic,
    isIdle: over.isIdle ?? (() => true),
    send: payload => {
      if (left <= 0) return false
      left -= 1
      wire.push(payload)
      return true
    },
  })
  return {
    backfill,
    catchUp: (seconds = 60) => {
      for (let second = 0; second < seconds; second++) {
        if (second % 60 === 0) beat()
        kept.clock.monotonic += 1000
        kept.clock.now += 1000
        backfill.tick()
        arrive()
      }
    },
  }
}

function storeBeat(far: FarEnd, beat: Moment): void {
  const goesOn = far.run !== null && isNextStep(far.run.through, beat)
  far.run = { from: goesOn && far.run ? far.run.from : beat, through: beat }
  if (!far.history) return
  if (isNextStep(far.history, beat) || (goesOn && !isLater(far.run.from, far.history))) goOn(far, beat)
}
