/** How often miners are polled. */
export interface Timing {
  readonly everyMs: number
  /** 0 to 1. */
  readonly random: () => number
}

/** One lost answer is no silence: the second try comes soon. */
export const recheckMs = 2000
/** A dead miner is tried at least this often, jitter apart. */
const longestBackOffMs = 300_000
/** A first look at all miners after a start: 5 s, or so long for each, and never longer than an interval. */
const firstSweep = { leastMs: 5000, eachMs: 1.2 }

/** How long the first look at so many miners takes. */
export const firstSweepMs = (miners: number, everyMs: number): number =>
  Math.min(everyMs, Math.max(firstSweep.leastMs, miners * firstSweep.eachMs))

export interface Grid {
  /** 0 to 1. */
  readonly phase: number
  /** Monotonic ms; when its last turn began. */
  readonly startedAt: number
  readonly everyMs: number
  readonly now: number
}

/** A moment that shifted by less than this part of an interval is the same one: no second turn is made for it. */
const sameMoment = 0.05

/** The miner's own moment in the interval: the next turn comes within an interval of the last, whether that was in time or late. */
export function nextOnGrid({ phase, startedAt, everyMs, now }: Grid): number {
  const from = Math.max(now, startedAt + everyMs * sameMoment)
  const offset = phase * everyMs
  return Math.ceil((from - offset) / everyMs) * everyMs + offset
}

/** Jitter of a quarter either way, so that miners that died together do not come back together. */
export function backOffMs(failures: number, { everyMs, random }: Timing): number {
  const jitter = 0.75 + random() / 2
  if (failures <= 1) return recheckMs * jitter
  return Math.min(longestBackOffMs, everyMs * 2 ** Math.min(failures - 2, 10)) * jitter
}
