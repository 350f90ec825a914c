import { encodeMessage, isLater, isNextStep, type GapReason, type Moment, type RelayId } from '@headframe/protocol'
import { historyMessages } from '../history/cohort-frames.ts'
import type { History } from '../history/history.ts'
import type { Piece } from '../history/pieces.ts'
import type { Minute } from '../history/segment.ts'

/** Sends one control the history that it missed, on one connection: in order, slowly, after all that is more urgent [S5]. */
export interface Backfill {
  /** A beat of this wall time is on control's disk: what it missed ends there. */
  readonly beatStored: (at: number) => void
  /** Control has all up to here for good. */
  readonly stored: (through: Moment) => void
  /** Sends what is due. */
  readonly tick: () => void
  /** Up to where control has history, as far as this connection knows. */
  readonly reached: () => Moment | null
}

/** Where the history of a relay is read from. */
export type HistorySource = Pick<History, 'next' | 'minutes' | 'followClock'>

export interface BackfillDeps {
  readonly history: HistorySource
  readonly relay: RelayId
  readonly epoch: number
  /** Where control said that it is; `null` for nowhere. */
  readonly from: Moment | null
  readonly bytesPerSecond: number
  /** Monotonic ms. */
  readonly monotonic: () => number
  /** True while nothing more urgent waits, and most of what was sent has gone. */
  readonly isIdle: () => boolean
  /** False when the lane is full. */
  readonly send: (payload: Uint8Array<ArrayBuffer>) => boolean
}

interface State {
  /** All up to here was sent, or control has it from beats. */
  sent: Moment | null
  /** Of that, what control has for sure. */
  stored: Moment | null
  /** Beats that control stored one after the other: they are its history from the first of them on. */
  run: { readonly from: Moment; readonly through: Moment } | null
  job: Job | null
  /** Made, and not taken by the lane yet. */
  readonly outbox: Uint8Array<ArrayBuffer>[]
  /** Bytes that may be sent now; below zero after a message that was larger. */
  allowance: number
  allowedAt: number
}

/** The rows of a part of one segment, of which some cohorts are still to be sent. */
interface Job {
  readonly minutes: readonly Minute[]
  readonly cohorts: number[]
  readonly afterAt: number
  readonly from: Moment
  readonly through: Moment
}

/** Small sites have small messages: so many steps are taken in one tick at most. */
const stepsAtOnce = 64

export function createBackfill(deps: BackfillDeps): Backfill {
  const state: State = {
    sent: deps.from,
    stored: deps.from,
    run: null,
    job: null,
    outbox: [],
    allowance: 0,
    allowedAt: deps.monotonic(),
  }
  return {
    beatStored: at => {
      const beat = { epoch: deps.epoch, at }
      const goesOn = state.run !== null && isNextStep(state.run.through, beat)
      state.run = { from: goesOn && state.run ? state.run.from : beat, through: beat }
      if (isNextStep(state.stored, beat)) moveOn(state, beat)
      joinRun(state)
    },
    stored: through => {
      state.stored = through
    },
    tick: () => {
      allow(state, deps)
      for (let steps = 0; steps < stepsAtOnce && state.allowance > 0 && deps.isIdle(); steps++) {
        if (!step(state, deps)) return
      }
    },
    reached: () => state.stored,
  }
}

/** What is not used within a second is not saved up. */
function allow(state: State, { bytesPerSecond, monotonic }: BackfillDeps): void {
  const now = monotonic()
  const earned = ((now - state.allowedAt) / 1000) * bytesPerSecond
  state.allowance = Math.min(bytesPerSecond, state.allowance + earned)
  state.allowedAt = now
}

/** Control goes on by itself from what it has, and only from that: what is on its way may come after the beat. */
function moveOn(state: State, beat: Moment): void {
  state.stored = beat
  if (!state.sent || isLater(beat, state.sent)) state.sent = beat
}

/** Once the first beat of a run is reached, the others are there already. */
function joinRun(state: State): void {
  const { sent, run } = state
  if (sent && run && !isLater(run.from, sent) && isLater(run.through, sent)) state.sent = run.through
}

/** False when there is nothing to do now. */
function step(state: State, deps: BackfillDeps): boolean {
  const { outbox, job } = state
  const [head] = outbox
  if (head) {
    if (!deps.send(head)) return false
    outbox.shift()
    state.allowance -= head.length
    return true
  }
  if (job) {
    goOn(state, job, deps)
    return true
  }
  return plan(state, deps)
}

function goOn(state: State, job: Job, { relay }: BackfillDeps): void {
  const { minutes, cohorts, afterAt, from, through } = job
  const cohort = cohorts.shift()
  if (cohort !== undefined) {
    const part = { minutes, cohort, afterAt, throughAt: through.at }
    state.outbox.push(...historyMessages(part, relay))
    return
  }
  state.job = null
  mark(state, { from, through, gap: null })
}

interface Mark {
  readonly from: Moment
  readonly through: Moment
  readonly gap: GapReason | null
}

function mark(state: State, { from, through, gap }: Mark): void {
  state.outbox.push(encodeMessage({ type: 'history', from, through, gap }))
  if (!state.sent || isLater(through, state.sent)) state.sent = through
  joinRun(state)
}

function plan(state: State, { history }: BackfillDeps): boolean {
  const { sent, run } = state
  if (!run || (sent && !isLater(run.from, sent))) return false
  const piece = history.next({ after: sent, upTo: run.from })
  if (!piece) return false
  switch (piece.kind) {
    case 'rows': {
      const minutes = history.minutes(piece.segment)
      if (!minutes) return false
      state.job = jobOf(piece, minutes, { after: sent, upTo: run.from })
      // One that is damaged was read for nothing: the next one waits for the next tick.
      return state.job !== null
    }
    case 'gap':
      mark(state, { from: sent ?? piece.through, through: piece.through, gap: piece.reason })
      return true
    case 'end':
      mark(state, { from: sent ?? run.from, through: run.from, gap: null })
      return true
  }
}

/** `null` when the segment turned out to be damaged before what is wanted: the next piece is what comes after it. */
function jobOf(
  { segment }: Extract<Piece, { kind: 'rows' }>,
  minutes: readonly Minute[],
  { after, upTo }: { readonly after: Moment | null; readonly upTo: Moment },
): Job | null {
  const { epoch } = segment.first
  const afterAt = after?.epoch === epoch ? after.at : -1
  const throughAt = upTo.epoch === epoch ? upTo.at : Infinity
  const last = minutes.at(-1)
  if (!last || last.at <= afterAt) return null
  const wanted = minutes.filter(({ at }) => at > afterAt && at <= throughAt)
  const cohorts = new Set(wanted.flatMap(({ rows }) => rows.map(row => row.cohort)))
  return {
    minutes,
    cohorts: [...cohorts],
    afterAt,
    from: after ?? segment.first,
    through: last.at > throughAt ? upTo : { epoch, at: last.at },
  }
}
