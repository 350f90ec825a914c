import { cohortSlots, type MinerId, type MinerInfo } from '@headframe/protocol'
import { createPollBudgets, type PollBudgets } from './poll-budgets.ts'
import { backOffMs, firstSweepMs, nextOnGrid, recheckMs, type Timing } from './poll-timing.ts'
import { createTurnBook, dealPhases, type TurnBook } from './turn-book.ts'
import { createTurnQueue, type TurnQueue } from './turn-queue.ts'
import { at, flag, has, mark } from './turns.ts'

/** When each miner is polled next: in slot order, spread over the interval; the dead less often; the watched at the floor. */
export interface Schedule {
  /** A miner to poll, or what is new about one. A new one is polled soon; one that was just read waits for its own moment. */
  readonly put: (miner: Polled, now: number, wasRead?: boolean) => void
  readonly remove: (miner: MinerId) => void
  /** Who is watched. Replaces the last. */
  readonly watch: (miners: ReadonlySet<MinerId>, now: number) => void
  /** Those whose turn it is, longest waiting first, at most `free` of them. They are out until `ended`. */
  readonly take: (now: number, free: number) => Due[]
  readonly ended: (miner: MinerId, how: PollEnd, now: number) => void
  /** A miner told about itself outside its turn. */
  readonly wasRead: (miner: MinerId, now: number) => void
  /** Polls a miner as soon as it may be polled, and then like a watched one for so many ms. */
  readonly hurry: (miner: MinerId, now: number, forMs?: number) => void
  /** Polls that should have begun a whole interval ago. */
  readonly late: (now: number) => number
}

export type Polled = Pick<MinerInfo, 'id' | 'cohort' | 'slot' | 'address' | 'driver'>

export interface Due {
  readonly miner: MinerId
  /** Failed polls in a row before this one. */
  readonly failures: number
  /** Somebody looks: it is watched, or was just commanded. */
  readonly fast: boolean
}

/** `again`: nothing was learnt about the miner, for want of descriptors or because a command came between. */
export type PollEnd = 'answered' | 'failed' | 'again'

export interface ScheduleOptions extends Timing {
  /** At most so many polls at once in each /24. */
  readonly pollsPerSubnet: number
  /** What the firmware of a driver bears. */
  readonly familyOf: (driver: string) => PollFamily
}

interface PollFamily {
  /** No miner of this driver is polled more often than this, whoever watches, ms. */
  readonly floorMs: number
  /** At most so many of them at once. */
  readonly atOnce: number
}

interface State extends ScheduleOptions {
  readonly book: TurnBook
  readonly queue: TurnQueue
  readonly budgets: PollBudgets
  readonly families: (PollFamily & { readonly driver: string })[]
  /** Rows that are polled like watched ones until a time, monotonic ms. */
  readonly hurried: Map<number, number>
  /** New rows that have no moment yet: true for those that were just read. */
  readonly arrivals: Map<number, boolean>
  /** Slots changed since all moments were dealt. */
  uneven: boolean
  /** No arrivals get their turns before this, so that those who come together get them in order. */
  arriveAt: number
  /** All moments are dealt anew then, unless more come. */
  dealAt: number
  /** How many there were when all were dealt. */
  dealt: number
  watched: ReadonlySet<MinerId>
}

const arriveEveryMs = 500

export function createSchedule(options: ScheduleOptions): Schedule {
  const book = createTurnBook()
  const queue = createTurnQueue(book.turns)
  const families: State['families'] = []
  const most = { ofSubnet: options.pollsPerSubnet, ofFamily: (family: number) => families[family]?.atOnce ?? 1 }
  const budgets = createPollBudgets({ turns: book.turns, most, wake: queue.push })
  const parts = { book, queue, budgets, families, hurried: new Map(), arrivals: new Map() }
  const state: State = {
    ...options,
    ...parts,
    uneven: false,
    arriveAt: -Infinity,
    dealAt: -Infinity,
    dealt: 0,
    watched: new Set(),
  }
  const known = (miner: MinerId, run: (row: number) => void) => {
    const row = book.rowOf(miner)
    if (row !== -1) run(row)
  }
  return {
    put: (miner, now, wasRead = false) => {
      const before = book.rowOf(miner.id)
      const row = before === -1 ? book.open(miner.id) : before
      if (before === -1 || has(book.turns, row, flag.gone)) arrive(state, row, { now, wasRead })
      describe(state, row, miner)
    },
    remove: miner => known(miner, row => remove(state, row)),
    watch: (miners, now) => {
      state.watched = miners
      for (const miner of miners) known(miner, row => bringForward(state, row, now))
    },
    take: (now, free) => take(state, now, free),
    ended: (miner, how, now) => known(miner, row => end(state, row, { how, now })),
    wasRead: (miner, now) =>
      known(miner, row => {
        if (isQueued(state, row)) answered(state, row, now)
      }),
    hurry: (miner, now, forMs = 0) =>
      known(miner, row => {
        if (forMs > 0) state.hurried.set(row, now + forMs)
        bringForward(state, row, now)
      }),
    late: now => late(state, now),
  }
}

function arrive({ book: { turns }, arrivals }: State, row: number, of: { now: number; wasRead: boolean }): void {
  mark(turns, row, { bit: flag.gone, on: false })
  // One that is out gets its next turn when it comes back.
  if (has(turns, row, flag.out)) return
  arrivals.set(row, of.wasRead)
  if (of.wasRead) turns.startedAt[row] = of.now
}

/** Notes where a miner is and of which family. */
function describe(state: State, row: number, { cohort, slot, address, driver }: Polled): void {
  const { turns } = state.book
  const waits = isQueued(state, row)
  if (waits) unqueue(state, row)
  const place = cohort * cohortSlots + slot
  state.uneven ||= at(turns.place, row) !== place || state.arrivals.has(row)
  turns.place[row] = place
  turns.subnet[row] = subnetOf(address)
  turns.family[row] = familyOf(state, driver)
  if (waits) state.queue.push(row)
}

/**
 * Gives arrivals their turns. Everybody's moment is dealt anew when there are twice as many, or when nobody came for an
 * interval: one that shifts costs its miner a second turn.
 */
function deal(state: State, now: number): void {
  const { book, arrivals, everyMs } = state
  const arrive = arrivals.size > 0 && now >= state.arriveAt
  const isForAll = book.count() >= 2 * state.dealt || (arrivals.size === 0 && now >= state.dealAt)
  if (!state.uneven || !(arrive || isForAll)) return
  dealPhases(book, row => isForAll || arrivals.has(row))
  state.arriveAt = now + arriveEveryMs
  state.dealAt = now + everyMs
  if (isForAll) {
    state.uneven = false
    state.dealt = book.count()
  }
  admit(state, now)
}

function admit(state: State, now: number): void {
  const { book, arrivals, everyMs } = state
  const { turns } = book
  const sweepMs = firstSweepMs(arrivals.size, everyMs)
  for (const [row, wasRead] of arrivals) {
    const phase = at(turns.phase, row)
    const moment = wasRead ? nextOnGrid({ phase, startedAt: -Infinity, everyMs, now }) : now + phase * sweepMs
    turns.dueAt[row] = Math.max(moment, soonest(state, row, now))
    state.queue.push(row)
  }
  arrivals.clear()
}

/** In the queue of those that are due, or in the line of a budget. */
const isQueued = ({ book: { turns }, arrivals }: State, row: number) =>
  !has(turns, row, flag.out) && !has(turns, row, flag.gone) && !arrivals.has(row)

/** The /24 as a number. */
function subnetOf(address: string): number {
  const [a = 0, b = 0, c = 0] = address.split('.').map(Number)
  return (a * 256 + b) * 256 + c
}

function familyOf({ families, familyOf: limits }: State, driver: string): number {
  const known = families.findIndex(family => family.driver === driver)
  return known === -1 ? families.push({ driver, ...limits(driver) }) - 1 : known
}

function unqueue({ queue, budgets }: State, row: number): void {
  queue.remove(row)
  budgets.leave(row)
}

/** One that is out gets no other turn when it comes back. */
function remove(state: State, row: number): void {
  if (isQueued(state, row)) unqueue(state, row)
  state.arrivals.delete(row)
  mark(state.book.turns, row, { bit: flag.gone, on: true })
}

const soonest = ({ book: { turns }, families }: State, row: number, now: number) =>
  Math.max(now, at(turns.startedAt, row) + (families[at(turns.family, row)]?.floorMs ?? 0))

/** Its turn comes as soon as it may be polled. One that is out gets its next turn when it comes back. */
function bringForward(state: State, row: number, now: number): void {
  const { turns } = state.book
  if (!isQueued(state, row)) return
  const when = soonest(state, row, now)
  if (when >= at(turns.dueAt, row)) return
  unqueue(state, row)
  turns.dueAt[row] = when
  state.queue.push(row)
}

function take(state: State, now: number, free: number): Due[] {
  const { book, queue, budgets } = state
  const { turns } = book
  deal(state, now)
  const taken: Due[] = []
  while (taken.length < free) {
    const row = queue.first()
    if (row === -1 || at(turns.dueAt, row) > now) break
    queue.remove(row)
    const miner = book.minerOf(row)
    if (miner === null || !budgets.take(row)) continue
    mark(turns, row, { bit: flag.out, on: true })
    turns.startedAt[row] = now
    taken.push({ miner, failures: at(turns.failures, row), fast: isHurried(state, row, now) })
  }
  return taken
}

function end(state: State, row: number, { how, now }: { readonly how: PollEnd; readonly now: number }): void {
  const { book, budgets, queue } = state
  const { turns } = book
  if (!has(turns, row, flag.out)) return
  mark(turns, row, { bit: flag.out, on: false })
  budgets.release(row)
  if (how !== 'again') turns.failures[row] = how === 'answered' ? 0 : Math.min(at(turns.failures, row) + 1, 0xffff)
  if (has(turns, row, flag.gone)) return
  turns.dueAt[row] = nextTurn(state, row, { how, now })
  queue.push(row)
}

function answered(state: State, row: number, now: number): void {
  const { turns } = state.book
  unqueue(state, row)
  turns.startedAt[row] = now
  turns.failures[row] = 0
  turns.dueAt[row] = nextTurn(state, row, { how: 'answered', now })
  state.queue.push(row)
}

function nextTurn(state: State, row: number, { how, now }: { readonly how: PollEnd; readonly now: number }): number {
  const { turns } = state.book
  const earliest = soonest(state, row, now)
  if (isHurried(state, row, now)) return earliest
  if (how === 'again') return Math.max(earliest, now + recheckMs)
  const failures = at(turns.failures, row)
  if (failures > 0) return Math.max(earliest, now + backOffMs(failures, state))
  const [phase, startedAt] = [at(turns.phase, row), at(turns.startedAt, row)]
  // A beat that is just as long as the floor: the turn is some ms late, and no beat is left out.
  return Math.max(earliest, nextOnGrid({ phase, startedAt, everyMs: state.everyMs, now }))
}

function isHurried({ book, hurried, watched }: State, row: number, now: number): boolean {
  const miner = book.minerOf(row)
  if (miner !== null && watched.has(miner)) return true
  const until = hurried.get(row)
  if (until === undefined) return false
  if (until > now) return true
  hurried.delete(row)
  return false
}

/** Runs over all miners of a site: no list of them is made. */
function late(state: State, now: number): number {
  const { book, everyMs } = state
  const { turns } = book
  let count = 0
  for (let row = 0; row < book.count(); row += 1) {
    if (isQueued(state, row) && at(turns.dueAt, row) + everyMs < now) count += 1
  }
  return count
}
