import type { MinerId } from '@headframe/protocol'

/** When each miner is polled next: in slot order, spread over the interval; the dead less often; the watched at the floor. */
export interface Schedule {
  /** The miners there are, in slot order. New ones are polled soon, also in that order. */
  readonly plan: (order: readonly MinerId[], now: number) => void
  /** Who is watched. Replaces the last. */
  readonly watch: (miners: ReadonlySet<MinerId>, now: number) => void
  /** Those whose turn it is, longest waiting first, at most `free` of them. They are out until `ended`. */
  readonly take: (now: number, free: number) => Due[]
  readonly ended: (miner: MinerId, how: PollEnd, now: number) => void
  /** Polls a miner as soon as it may be polled. */
  readonly hurry: (miner: MinerId, now: number) => void
  /** Polls that should have begun a whole interval ago. */
  readonly late: (now: number) => number
}

export interface Due {
  readonly miner: MinerId
  /** Failed polls in a row before this one. */
  readonly failures: number
}

/** `again`: nothing was learnt about the miner, for want of descriptors or because a command came between. */
export type PollEnd = 'answered' | 'failed' | 'again'

export interface Timing {
  readonly everyMs: number
  /** No miner is polled more often than this, whoever watches: the smallest control boards stall. */
  readonly floorMs: number
  /** 0 to 1. */
  readonly random: () => number
}

/** How long a first look at all miners takes after a start. */
const firstSweepMs = 5000
/** One lost answer is no silence: the second try comes soon. */
const recheckMs = 2000
/** A dead miner is tried at least this often. */
const longestBackOffMs = 300_000

interface Turn {
  phase: number
  dueAt: number
  startedAt: number
  out: boolean
  failures: number
}

export function createSchedule(timing: Timing): Schedule {
  const turns = new Map<MinerId, Turn>()
  let watched: ReadonlySet<MinerId> = new Set()
  const soonest = (turn: Turn, now: number) => Math.max(now, turn.startedAt + timing.floorMs)
  return {
    plan: (order, now) => {
      const kept = new Set(order)
      for (const miner of turns.keys()) if (!kept.has(miner)) turns.delete(miner)
      order.forEach((miner, rank) => placeTurn(turns, { miner, phase: rank / order.length, now }))
    },
    watch: (miners, now) => {
      watched = miners
      for (const miner of miners) {
        const turn = turns.get(miner)
        if (turn) turn.dueAt = Math.min(turn.dueAt, soonest(turn, now))
      }
    },
    take: (now, free) => takeDue(turns, now, free),
    ended: (miner, how, now) => {
      const turn = turns.get(miner)
      if (!turn) return
      turn.out = false
      if (how !== 'again') turn.failures = how === 'answered' ? 0 : turn.failures + 1
      const wait = how === 'again' ? recheckMs : backOffMs(turn.failures, timing)
      const slow = turn.failures === 0 && how !== 'again' ? nextOnGrid(turn, timing.everyMs, now) : now + wait
      turn.dueAt = watched.has(miner) ? Math.min(slow, soonest(turn, now)) : slow
    },
    hurry: (miner, now) => {
      const turn = turns.get(miner)
      if (turn) turn.dueAt = soonest(turn, now)
    },
    late: now => [...turns.values()].filter(turn => !turn.out && turn.dueAt + timing.everyMs < now).length,
  }
}

function placeTurn(turns: Map<MinerId, Turn>, at: { miner: MinerId; phase: number; now: number }): void {
  const turn = turns.get(at.miner)
  if (turn) turn.phase = at.phase
  else {
    const dueAt = at.now + at.phase * firstSweepMs
    turns.set(at.miner, { phase: at.phase, dueAt, startedAt: -Infinity, out: false, failures: 0 })
  }
}

function takeDue(turns: Map<MinerId, Turn>, now: number, free: number): Due[] {
  // Runs some times a second over all miners of a site: no list of them is made.
  const due: [MinerId, Turn][] = []
  for (const entry of turns) if (!entry[1].out && entry[1].dueAt <= now) due.push(entry)
  const taken = due.sort(([, a], [, b]) => a.dueAt - b.dueAt).slice(0, Math.max(0, free))
  for (const [, turn] of taken) {
    turn.out = true
    turn.startedAt = now
  }
  return taken.map(([miner, { failures }]) => ({ miner, failures }))
}

/** The miner's own moment in the interval, at least half an interval after its last turn: a poll that came late skips no beat and makes no second one. */
function nextOnGrid(turn: Turn, everyMs: number, now: number): number {
  const from = Math.max(now, turn.startedAt + everyMs / 2)
  const offset = turn.phase * everyMs
  return Math.ceil((from - offset) / everyMs) * everyMs + offset
}

/** Full jitter over the upper half, so that miners that died together do not come back together. */
function backOffMs(failures: number, { everyMs, random }: Timing): number {
  const jitter = 0.75 + random() / 2
  if (failures <= 1) return recheckMs * jitter
  return Math.min(longestBackOffMs, everyMs * 2 ** Math.min(failures - 2, 10)) * jitter
}
