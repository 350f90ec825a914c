import type { Chance } from './chance.ts'
import type { Owner, Timeline } from './timeline.ts'

/** One end of a WebSocket over a simulated network. Nothing of it is called after `closed`. */
export interface LineEnd {
  readonly owner: Owner
  readonly opened?: () => void
  /** The far end sends something, which may never arrive. */
  readonly coming?: (data: string | Uint8Array<ArrayBuffer>) => void
  readonly message: (data: string | Uint8Array<ArrayBuffer>) => void | Promise<void>
  readonly pong?: () => void
  readonly closed: (code: number, reason: string) => void | Promise<void>
}

export type Side = 'client' | 'server'

/** How a connection goes: both ends hear of it, one of them does, or neither for a long time. */
export type Cut = 'reset' | 'silent'

export interface Line {
  readonly send: (from: Side, data: string | Uint8Array<ArrayBuffer>, sent?: () => void) => void
  /** Bytes given to one side's socket and not taken by the network yet. */
  readonly buffered: (from: Side) => number
  /** Bytes and messages sent by a side and not handled at the far end. */
  readonly underWay: (from: Side) => { readonly bytes: number; readonly messages: number }
  readonly ping: () => void
  readonly close: (from: Side, code: number, reason: string) => void
  /** This side forgets the socket at once. The far end hears of it after all that was sent, or much later. */
  readonly drop: (from: Side) => void
  readonly cut: (how: Cut) => void
  /** Nothing moves for a while; then it goes on. */
  readonly stall: (ms: number) => void
  readonly isOpen: (side: Side) => boolean
  /** Open at both ends, never cut, and not stalled. */
  readonly isWhole: () => boolean
}

export interface LineDeps {
  readonly timeline: Timeline
  readonly chance: Chance
}

interface Direction {
  readonly from: Side
  readonly latencyMs: number
  freeAt: number
  lastAt: number
  /** What is sent after this is lost; what would arrive after it, too. */
  lostFrom: number
  /** Nothing arrives before this. */
  heldUntil: number
  buffered: number
  bytes: number
  messages: number
}

const other = (side: Side): Side => (side === 'client' ? 'server' : 'client')
/** RFC 6455: how a connection is said to have ended without a close frame. */
const abnormal = 1006
/** How long `ws` waits for the answer to a close. */
const closeWaitMs = 30_000

export function createLine(ends: Record<Side, LineEnd>, { timeline, chance }: LineDeps): Line {
  const bytesPerMs = chance.pick([20, 200, 5000])
  const direction = (from: Side): Direction => ({
    from,
    latencyMs: chance.between(1, chance.pick([5, 80, 800])),
    freeAt: 0,
    lastAt: 0,
    lostFrom: Infinity,
    heldUntil: 0,
    buffered: 0,
    bytes: 0,
    messages: 0,
  })
  const ways = { client: direction('client'), server: direction('server') }
  let stalledUntil = 0
  const state: Record<Side, 'open' | 'closing' | 'closed'> = { client: 'open', server: 'open' }

  function hear(side: Side, run: () => void | Promise<void>): void | Promise<void> {
    if (state[side] !== 'closed' && ends[side].owner.alive()) return run()
  }

  function end(side: Side, code: number, reason: string): void | Promise<void> {
    if (state[side] === 'closed') return
    state[side] = 'closed'
    return ends[side].closed(code, reason)
  }

  /** Brings something to the far end, behind all that went before. */
  function carry(way: Direction, size: number, arrive: () => void | Promise<void>): number {
    const now = timeline.now()
    way.freeAt = Math.max(way.freeAt, now) + size / bytesPerMs
    way.lastAt = Math.max(way.lastAt, way.freeAt + way.latencyMs)
    const { lastAt: at, freeAt } = way
    const { owner } = ends[other(way.from)]
    const land = (): void | Promise<void> => {
      const early = way.heldUntil - timeline.now()
      if (early > 0) return timeline.after(early, land, owner)
      way.bytes -= size
      way.messages -= 1
      if (at <= way.lostFrom) return hear(other(way.from), arrive)
    }
    way.bytes += size
    way.messages += 1
    timeline.after(at - now, land, owner)
    return freeAt - now
  }

  /** One side learns of the end without a word from the other. */
  function breakOff(side: Side, ms: number): void {
    timeline.after(ms, () => hear(side, () => end(side, abnormal, '')), ends[side].owner)
  }

  function close(from: Side, code: number, reason: string): void {
    if (state[from] !== 'open') return
    state[from] = 'closing'
    const to = other(from)
    carry(ways[from], 10, async () => {
      const heard = end(to, code, reason)
      carry(ways[to], 10, () => end(from, code, reason))
      await heard
    })
    breakOff(from, closeWaitMs)
  }

  carry(ways.server, 100, () => ends.client.opened?.())
  return {
    send: (from, data, sent) => {
      const way = ways[from]
      if (state[from] === 'closed') return
      ends[other(from)].coming?.(data)
      way.buffered += data.length
      const ms = carry(way, data.length, () => ends[other(from)].message(data))
      timeline.after(
        ms,
        () => {
          if (timeline.now() > way.lostFrom) return
          way.buffered -= data.length
          if (ends[from].owner.alive()) sent?.()
        },
        ends[from].owner,
      )
    },
    buffered: from => ways[from].buffered,
    underWay: from => ({ bytes: ways[from].bytes, messages: ways[from].messages }),
    ping: () => {
      carry(ways.client, 2, () => {
        carry(ways.server, 2, () => ends.client.pong?.())
      })
    },
    close,
    drop: from => {
      if (state[from] === 'closed') return
      state[from] = 'closed'
      const way = ways[from]
      if (way.lostFrom === Infinity) carry(way, 1, () => end(other(from), abnormal, ''))
      else breakOff(other(from), chance.between(1, 20 * 60_000))
    },
    cut: how => {
      const now = timeline.now()
      for (const way of [ways.client, ways.server]) {
        const tail = Math.max(now, way.lastAt) - now
        way.lostFrom = Math.min(way.lostFrom, now + tail * chance.real())
      }
      if (how === 'silent') {
        // What is under way may be read long after the relay gave the line up.
        ways.client.heldUntil = now + chance.between(0, chance.pick([1000, 120_000]))
        if (chance.yes(0.5)) breakOff('server', chance.between(1, 10 * 60_000))
        return
      }
      breakOff('client', chance.between(0, 500))
      breakOff('server', chance.between(0, chance.pick([500, 60_000])))
    },
    stall: ms => {
      for (const way of [ways.client, ways.server]) {
        way.freeAt = Math.max(way.freeAt, timeline.now()) + ms
        stalledUntil = Math.max(stalledUntil, way.freeAt)
      }
    },
    isOpen: side => state[side] === 'open',
    isWhole: () => {
      const isOpen = state.client === 'open' && state.server === 'open'
      return isOpen && ways.client.lostFrom === Infinity && timeline.now() >= stalledUntil
    },
  }
}
