/** When a miner was asked, as it sees it itself. */
export interface Visited {
  /** Epoch ms of the first connection of the last conversation; 0: it was never asked. */
  begunAt: number
  /** Of the last connection. */
  lastAt: number
}

/** Counts since the simulator began, for whoever measures a relay from outside. */
export interface VisitCounts {
  readonly connections: number
  readonly conversations: number
  /** By whole seconds from the beginning of one conversation to that of the next with the same miner; the last is for all longer. */
  readonly intervals: readonly number[]
}

export interface Visits {
  readonly note: (visited: Visited) => void
  readonly counts: () => VisitCounts
}

/** Connections closer than this are of one conversation. No relay asks a miner twice in so short a time. */
const restMs = 2_000
const longestS = 900

export function countVisits(now: () => number): Visits {
  let connections = 0
  let conversations = 0
  const intervals = new Uint32Array(longestS + 1)
  return {
    note: visited => {
      const at = now()
      connections += 1
      if (at - visited.lastAt >= restMs) {
        conversations += 1
        if (visited.begunAt > 0) count(intervals, at - visited.begunAt)
        visited.begunAt = at
      }
      visited.lastAt = at
    },
    counts: () => ({ connections, conversations, intervals: [...intervals] }),
  }
}

/** By whole seconds since the last conversation with each began; those that were never asked are not in it. */
export function visitAges(visited: Iterable<Visited>, now: number): readonly number[] {
  const ages = new Uint32Array(longestS + 1)
  for (const { begunAt } of visited) if (begunAt > 0) count(ages, now - begunAt)
  return [...ages]
}

function count(seconds: Uint32Array, ms: number): void {
  const second = Math.min(longestS, Math.max(0, Math.floor(ms / 1000)))
  seconds[second] = (seconds[second] ?? 0) + 1
}
