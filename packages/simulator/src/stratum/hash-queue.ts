import { findNonce } from '@headframe/stratum'
import type { NonceSearch } from '@headframe/stratum'

/** A share to be found. */
export interface HashTask {
  readonly search: NonceSearch
  readonly from: number
  /** Hashes after which it is given up. */
  readonly budget: number
  /** Called once, unless the task is cancelled: the nonce, or `null` when the budget is spent. */
  readonly done: (nonce: number | null) => void
}

export interface HashQueue {
  /** @returns cancels the task */
  add(task: HashTask): () => void
}

/**
 * Hashes for any number of miners on one thread, in turns. It works for a few milliseconds and then rests as long, so
 * that sockets and timers are served between: at most half a core, about 0.8 MH/s.
 */
export function createHashQueue(): HashQueue {
  const waiting = new Set<Turn>()
  let timer: NodeJS.Timeout | null = null

  const work = (): void => {
    timer = null
    const endAt = performance.now() + sliceMs
    while (waiting.size > 0 && performance.now() < endAt) takeTurn(waiting)
    if (waiting.size > 0) timer ??= setTimeout(work, sliceMs)
  }

  return {
    add: task => {
      const turn = { task, spent: 0 }
      waiting.add(turn)
      timer ??= setTimeout(work, 0)
      return () => waiting.delete(turn)
    },
  }
}

/** The one queue that all hashers of a process share. */
export const sharedHashQueue = createHashQueue()

interface Turn {
  readonly task: HashTask
  spent: number
}

const sliceMs = 4
/** About 0.6 ms at 1.6 MH/s. */
const hashesPerTurn = 1024

/** The first in line hashes a little and goes to the end of the line. */
function takeTurn(waiting: Set<Turn>): void {
  const [turn] = waiting
  if (turn === undefined) return
  waiting.delete(turn)
  const { task, spent } = turn
  const nonce = findNonce(task.search, task.from + spent, hashesPerTurn)
  turn.spent += hashesPerTurn
  if (nonce !== null || turn.spent >= task.budget) task.done(nonce)
  else waiting.add(turn)
}
