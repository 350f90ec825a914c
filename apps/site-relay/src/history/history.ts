import { longestStepMs, type ClockQuality, type GapReason, type Moment } from '@headframe/protocol'
import { createClockWatch } from './clock-watch.ts'
import { HistoryError, type HistoryFiles } from './files.ts'
import { createRowEncoder, type CohortTable, type EncodeRows } from './minute-rows.ts'
import { nextPiece, type Piece, type Question } from './pieces.ts'
import type { CohortRows, Minute, SegmentHeader } from './segment.ts'
import { openShelf, type Held, type Shelf } from './shelf.ts'
import { createTape, type Tape } from './tape.ts'

/** The rows of all cohorts, minute by minute, on this box: what a control missed can be sent, and read here without one. */
export interface History {
  /** Called some times a second; encodes one large cohort each time at most. A disk that fails leaves a gap, and throws nothing. */
  readonly tick: () => void
  /** Called before a beat is stamped: one that was stamped by a clock that was set unseen would have later minutes before it [T3]. */
  readonly followClock: () => void
  /** An orderly end. */
  readonly close: () => void
  /** What comes next after a moment; `null` while the disk cannot tell, or not yet. */
  readonly next: (question: Question) => Piece | null
  /** The minutes that are whole; `null` while the disk cannot tell. */
  readonly minutes: (segment: Held) => readonly Minute[] | null
  /** What is asked of the shelf; `null` while the disk cannot tell. */
  readonly reading: <T>(ask: (shelf: Shelf) => T) => T | null
  /** `null` while the disk cannot be read. */
  readonly shelf: () => Shelf | null
  /** The last minute that was written, by this start of the relay or one before. */
  readonly last: () => Moment | null
  /** Why nothing can be written, in one line; `null` while it can. */
  readonly trouble: () => string | null
}

export interface HistoryDeps {
  readonly files: HistoryFiles
  readonly tables: () => readonly CohortTable[]
  /** Epoch ms. */
  readonly now: () => number
  /** Monotonic ms. */
  readonly monotonic: () => number
  readonly epoch: () => number
  /** The clock was set back to a minute before the last: moments go on in another epoch, so that none is there twice [T3]. */
  readonly newEpoch: () => void
  readonly clock: () => ClockQuality
  /** Names this start of the relay. */
  readonly boot: string
  /** Why nothing was written before this start. */
  readonly before: GapReason
  readonly limits: { readonly maxBytes: number; readonly keepFreeBytes: number }
  readonly log: (level: 'info' | 'error', text: string) => void
}

interface State {
  /** `null` while the disk cannot be read. */
  disk: { readonly shelf: Shelf; readonly tape: Tape } | null
  encode: EncodeRows
  batch: Batch | null
  epoch: number
  /** The last minute that was begun, whatever became of it. */
  begunAt: number
  /** Wall time of the last tick. */
  tickedAt: number
  last: Moment | null
  /** Why there is nothing since then. */
  before: GapReason | null
  trouble: string | null
  /** What could not be read, as it was last logged. */
  unread: string | null
}

/** A minute under way: cohort by cohort, so that no tick takes long. */
interface Batch {
  readonly at: number
  readonly rows: CohortRows[]
  readonly todo: CohortTable[]
}

export const minuteMs = 60_000
/** Rows that are encoded in one tick: those of a full cohort. */
const slotsAtOnce = 4096

export function createHistory(deps: HistoryDeps): History {
  const clocks = () => ({ now: deps.now(), monotonic: deps.monotonic() })
  const watch = createClockWatch(clocks())
  const state: State = {
    disk: null,
    encode: createRowEncoder(0),
    batch: null,
    epoch: 0,
    begunAt: 0,
    tickedAt: deps.now(),
    last: null,
    before: deps.before,
    trouble: null,
    unread: null,
  }
  const safely = (run: () => void) => {
    try {
      run()
    } catch (error) {
      if (!(error instanceof HistoryError)) throw error
      fail(state, deps, error)
    }
  }
  const reading: History['reading'] = ask => readSafely(state, deps, ask)
  const lookAtClock = () => followClock(state, deps, watch(clocks()))
  safely(() => load(state, deps))
  return {
    tick: () =>
      safely(() => {
        load(state, deps)
        lookAtClock()
        state.batch ??= begin(state, deps)
        if (state.batch) goOn(state, state.batch, deps)
      }),
    followClock: () => safely(lookAtClock),
    close: () => safely(() => end(state)),
    next: question => reading(shelf => nextPiece(shelf, state, question)),
    minutes: segment => reading(shelf => shelf.minutes(segment)),
    reading,
    shelf: () => state.disk?.shelf ?? null,
    last: () => state.last,
    trouble: () => state.trouble,
  }
}

/** What cannot be read now is asked for again, and costs nothing of what is being written. */
function readSafely<T>(state: State, { log }: HistoryDeps, ask: (shelf: Shelf) => T): T | null {
  try {
    return state.disk && ask(state.disk.shelf)
  } catch (error) {
    if (!(error instanceof HistoryError)) throw error
    if (state.unread !== error.message) log('error', `history cannot be read: ${error.message}`)
    state.unread = error.message
    return null
  }
}

function load(state: State, { files, limits, monotonic }: HistoryDeps): void {
  if (state.disk) return
  const shelf = openShelf(files, monotonic)
  state.disk = { shelf, tape: createTape({ files, shelf, ...limits }) }
  state.last = shelf.held().at(-1)?.last ?? null
}

function end(state: State): void {
  state.batch = null
  state.disk?.tape.seal()
}

function fail(state: State, { log }: HistoryDeps, error: HistoryError): void {
  if (state.trouble === null) log('error', `no history is written: ${error.message}`)
  state.trouble = error.message
  state.before = 'disk'
  state.batch = null
}

/** A clock that was set opens a new segment, and rewrites nothing [T3]. */
function followClock(state: State, deps: HistoryDeps, step: ReturnType<ReturnType<typeof createClockWatch>>): void {
  const [before, now] = [state.tickedAt, deps.now()]
  state.tickedAt = now
  if (step === 'steady') return
  state.begunAt = minuteOf(now)
  if (step === 'forward') state.before ??= 'clock'
  if (step === 'back' && minuteOf(now) < minuteOf(before)) deps.newEpoch()
  end(state)
}

/** The next minute, when it is due. */
function begin(state: State, deps: HistoryDeps): Batch | null {
  const [at, epoch] = [minuteOf(deps.now()), deps.epoch()]
  if (epoch !== state.epoch) {
    state.epoch = epoch
    state.begunAt = at
    end(state)
  }
  if (at <= state.begunAt) return null
  state.begunAt = at
  if (state.last?.epoch === epoch && at <= state.last.at) {
    deps.newEpoch()
    return null
  }
  prepare(state, { epoch, at })
  return { at, rows: [], todo: [...deps.tables()] }
}

function prepare(state: State, moment: Moment): void {
  const { last } = state
  const isLate = last?.epoch === moment.epoch && moment.at - last.at > longestStepMs
  if (isLate) state.before ??= 'stopped'
  if (!isLate && state.disk?.tape.takes(moment)) return
  state.disk?.tape.seal()
  state.encode = createRowEncoder(moment.epoch)
}

function goOn(state: State, { at, rows, todo }: Batch, deps: HistoryDeps): void {
  let slots = 0
  for (let next = todo[0]; next && slots < slotsAtOnce; next = todo[0]) {
    rows.push(state.encode(next, at))
    slots += next.table.slots
    todo.shift()
  }
  if (todo.length > 0) return
  state.batch = null
  state.disk?.tape.append(state.epoch, { at, rows }, () => headerOf(state, deps))
  state.last = { epoch: state.epoch, at }
  state.before = null
  if (state.trouble !== null) deps.log('info', 'history is written again')
  state.trouble = null
}

const headerOf = (state: State, { boot, now, monotonic, clock }: HistoryDeps): SegmentHeader => ({
  format: 1,
  epoch: state.epoch,
  boot,
  monotonicMs: monotonic(),
  wallAt: now(),
  clock: clock(),
  before: state.before,
  previous: state.last,
})

/** History has one place for each minute, whenever in it the relay comes to write it. */
const minuteOf = (at: number) => Math.max(0, Math.floor(at / minuteMs) * minuteMs)
