import type { MessageFilter } from '@headframe/protocol'
import type { FromCapture } from './api-messages.ts'
import type { Entry } from './entry.ts'
import { matcherOf } from './filter.ts'
import type { Ring } from './ring.ts'

/** The tails of one connection. Each has one part under way at most; the next is made when that was acknowledged [S7]. */
export interface Tails {
  /** False when there are too many. */
  start(id: number, filter: MessageFilter, from: number | null): boolean
  ack(id: number): void
  stop(id: number): void
  /** Parts that can be sent now; each is made when it is asked for. */
  due(): Iterable<FromCapture>
}

export function createTails(ring: Ring): Tails {
  const tails = new Map<number, Tail>()
  return {
    start(id, filter, from) {
      if (tails.size >= mostTails) return false
      const place = Math.min(from ?? ring.next(), ring.next())
      tails.set(id, { matches: matcherOf(filter), from: place, isNew: true, isWaiting: false })
      return true
    },
    ack(id) {
      const tail = tails.get(id)
      if (tail !== undefined) tail.isWaiting = false
    },
    stop: id => void tails.delete(id),
    *due() {
      for (const [id, tail] of tails) {
        if (tail.isWaiting) continue
        const { entries, next, skipped } = ring.read(tail.from, { matches: tail.matches, limit: partMessages })
        tail.from = next
        if (entries.length === 0 && skipped === 0 && !tail.isNew) continue
        tail.isNew = false
        tail.isWaiting = true
        yield { type: 'tail', id, messages: entries.map(entry => entry.message), skipped, next }
      }
    },
  }
}

interface Tail {
  readonly matches: (entry: Entry) => boolean
  from: number
  /** Its first part may be empty: it tells where the tail begins. */
  isNew: boolean
  isWaiting: boolean
}

const mostTails = 256
const partMessages = 200
