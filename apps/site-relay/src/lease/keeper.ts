import {
  answered,
  askedAt,
  askEveryMs,
  leaseMs,
  letGo,
  lookAt,
  renewEveryMs,
  reservedMs,
  startHolder,
  takeOver,
  type Holder,
  type LeaseAnswer,
  type LeaseAsk,
} from '@headframe/protocol'
import type { World } from '../core/world.ts'
import type { LeaseStore } from '../store/lease.ts'
import type { Writer } from '../store/writer.ts'
import { personsWord, type PersonsWord } from './persons-word.ts'

/** Asks for the lease again and again, and says at every moment whether this box holds it [S8]. */
export interface Keeper {
  /** The term under which this box may act now; `null` when it may not. To be asked before every act. */
  readonly term: () => number | null
  readonly hear: (id: number, answer: LeaseAnswer) => void
  /** Called some times a second. */
  readonly tick: () => void
  /**
   * Stops holding at once, and tells the giver, so that the other box need not wait: at an orderly end, or where this box
   * cannot act. It asks again only when the other had its turn.
   */
  readonly release: () => void
  readonly state: () => LeaseState
}

/** How it is with the lease, for people. */
export interface LeaseState {
  readonly term: number | null
  /** The highest that was heard of. */
  readonly known: number
  /** How long the lease still is; `null` without one, and for a box that a person told to act. */
  readonly leftMs: number | null
  /** True when a person told it to act, and no giver has answered since. */
  readonly byPerson: boolean
  /** True when it was taken away at control, so that it asks for nothing. */
  readonly removed: boolean
  /** When the giver last answered, on the monotonic clock. */
  readonly answeredAt: number | null
}

export interface KeeperDeps {
  readonly world: Pick<World, 'now' | 'monotonic'>
  readonly store: LeaseStore
  readonly write: Writer['write']
  /** Rises with each run of this box. */
  readonly run: number
  /** False while this box could not act well yet: it asks for nothing then. */
  readonly ready: () => boolean
  /** True while a control has removed this box: it holds nothing then, and asks for nothing. */
  readonly removed: () => boolean
  /** A person on this box said that it is to act: what removed it does not count. */
  readonly overrule: () => void
  /** Sends a request; it may be lost. */
  readonly ask: (id: number, ask: LeaseAsk) => void
  /** It begins to hold the lease, ceases to, or holds it under another term. */
  readonly changed: () => void
}

export function createKeeper(deps: KeeperDeps): Keeper {
  const { world, store, write, run, removed, ask, changed } = deps
  let holder = startHolder(store.read().term)
  let dueAt = world.monotonic()
  let answeredAt: number | null = null
  const word = personsWord(deps)
  const time = () => ({ monotonic: world.monotonic(), wall: world.now() })
  const termOf = () => holder.held?.term ?? null

  function become(next: typeof holder): void {
    const [before, known] = [termOf(), holder.known]
    holder = next
    // What is not on disk is not acted under: after a restart it would not be known.
    if (holder.known > known && !write(() => store.heard(holder.known))) holder = { ...letGo(holder), known }
    if (termOf() !== before) changed()
  }

  const look = () => become(lookAt(holder, time()))

  function send(release: boolean): void {
    const id = holder.nextId
    const asked = { run, release, term: holder.known, holds: termOf() !== null }
    holder = askedAt(holder, time())
    word.asked()
    ask(id, asked)
  }

  return {
    term: () => {
      look()
      return termOf()
    },
    hear: (id, answer) => {
      if (!holder.asked.some(each => each.id === id)) return
      const now = world.monotonic()
      answeredAt = now
      word.unasked()
      become(answered(holder, id, answer))
      // The disk did not take its term.
      if (answer.term !== null && answer.term > holder.known) dueAt = now + othersTurnMs
      look()
      if (holder.held?.until !== Infinity) word.end()
      // The giver says when its lease to another ends: asking again just then saves the time until the next turn.
      if (answer.term === null) dueAt = Math.min(dueAt, now + Math.max(leastPauseMs, answer.ttlMs))
    },
    tick: () => {
      look()
      if (isHeldBack(deps, word, termOf() !== null)) {
        word.unasked()
        return become(letGo(holder))
      }
      const own = termOf() === null ? word.term() : null
      if (own !== null) become(takeOver(holder, own))
      if (world.monotonic() < dueAt) return
      dueAt = world.monotonic() + (termOf() === null ? askEveryMs : renewEveryMs)
      send(false)
    },
    release: () => {
      if (termOf() === null) return
      send(true)
      dueAt = world.monotonic() + othersTurnMs
      become(letGo(holder))
    },
    state: () => ({ ...shown(lookAt(holder, time()), world.monotonic()), removed: removed(), answeredAt }),
  }
}

const leastPauseMs = 50
/** A giver gives to the same box again and again, as long as that asks: so long it does not. */
const othersTurnMs = reservedMs + renewEveryMs

/** Whether it asks for nothing. A box that is to act by a person's word asks all the same. */
function isHeldBack({ removed, ready, overrule }: KeeperDeps, word: PersonsWord, acts: boolean): boolean {
  if (!removed() && (acts || ready())) return false
  if (!word.stands()) return true
  overrule()
  return false
}

function shown({ held, known }: Holder, now: number): Pick<LeaseState, 'term' | 'known' | 'leftMs' | 'byPerson'> {
  return { term: held?.term ?? null, known, leftMs: leftOf(held?.until, now), byPerson: held?.until === Infinity }
}

const leftOf = (until: number | undefined, now: number) =>
  until === undefined || until === Infinity ? null : Math.min(leaseMs, Math.max(0, Math.round(until - now)))
