import { z } from 'zod'

/**
 * The lease under which one box of a relay acts [S8], as pure state machines: a giver, which is a control or a witness,
 * and a holder, which is a box. Why two boxes never hold it at one instant:
 * - The holder counts from when it asked, the giver from when it answered, and the giver counts longer.
 * - A giver that starts anew knows of no lease that it gave: it gives none before every older one is over. A box that
 *   says that it holds the lease now is believed, since it is the only one that can.
 * - An answer counts only for the request that it answers, from the moment of that request.
 * - A giver that starts anew hears nothing that was under way before: its connections ended with it.
 */

/** A holder acts for so long after it asked. */
export const leaseMs = 6000
/**
 * The giver waits so much longer before it gives to another. Two clocks that each are 1 % wrong are 0.12 s apart by
 * then, a giver's clock that was set is wrong by `witnessedMs`, and a box may have slept for `suspendedMs`.
 */
export const leaseMarginMs = 2200
/** A holder asks this often: two requests can be lost. */
export const renewEveryMs = 2000
/** A box that stands by asks this often. */
export const askEveryMs = 1000
/** Wall and monotonic clock that moved apart by more than this: the machine was suspended, or its clock was set. */
export const suspendedMs = 500
/** Far beyond what takeovers can count to. */
export const maxTerm = 2 ** 40

export const leaseTerm = z.number().int().min(0).max(maxTerm)

/** What a box asks of a giver. */
export const leaseAsk = z.object({
  /** Gives it back: the last request of a run. */
  release: z.boolean(),
  /** Rises with each run of the box: what an earlier run still has under way changes nothing for this one. */
  run: z.number().int().min(0),
  /** The highest term that this box knows. */
  term: leaseTerm,
  /** It acts now, under that term. */
  holds: z.boolean(),
})
export type LeaseAsk = z.infer<typeof leaseAsk>

/** What a giver answers. */
export const leaseAnswer = z.object({
  /** The term under which the box may act; `null` when it may not. */
  term: leaseTerm.nullable(),
  /** From when it asked. Without a term: after how long asking again may help. */
  ttlMs: z.number().int().min(0).max(10_000),
  /** The highest term that the giver knows. */
  known: leaseTerm,
})
export type LeaseAnswer = z.infer<typeof leaseAnswer>

/** What a giver knows of one relay. Only `term` has to outlive it. */
export interface Giver {
  readonly term: number
  /** The box that it was given to; `null` when nobody has it, or it is not known who. */
  readonly holder: string | null
  /** The run of that box that it was given to. */
  readonly run: number
  /** Before this, on the giver's clock, another may hold it. */
  readonly until: number
}

/** The giver gives to no other for so long after it gave. */
export const reservedMs = leaseMs + leaseMarginMs

/** A giver that begins, or begins again, with the term that it has on disk. */
export const startGiver = (term: number, now: number): Giver => ({
  term,
  holder: null,
  run: 0,
  until: now + reservedMs,
})

/** What became of a request. `state.term` has to be on disk before the answer leaves. */
export interface Given {
  readonly state: Giver
  readonly answer: LeaseAnswer
}

/** A giver's time: by the clock that it counts leases on, and the time of day. */
export interface GiverTime {
  readonly now: number
  /** Epoch ms. */
  readonly wall: number
}

/** @param asked `box` names the box that asks, proven by its key */
export function give(state: Giver, asked: LeaseAsk & { readonly box: string }, { now, wall }: GiverTime): Given {
  const { box, run, term } = asked
  // A box whose database went back to an older copy has runs of before: it waits, but not for ever.
  if (state.holder === box && run < state.run && now < state.until) return refuse(state, now)
  if (asked.release) return refuse(takenBack(state, asked, now), now)
  const itsOwn = state.holder === box || state.holder === null
  const holdsNow = asked.holds && (term > state.term || (term === state.term && itsOwn))
  if (holdsNow) return grant({ term, holder: box, run }, now)
  // The same box, which stopped acting meanwhile: nobody else had it.
  if (state.holder === box && term <= state.term) return grant({ ...state, run }, now)
  if (now < state.until) return refuse(reminded(state, term), now)
  return grant({ term: newTerm(Math.max(state.term, term), wall), holder: box, run }, now)
}

/**
 * A term is called by the second in which it begins, or is one more than the last: a giver that was restored from a
 * backup gives none a second time.
 */
export const newTerm = (known: number, wall: number): number => Math.max(known, Math.floor(wall / 1000)) + 1

/** A box that knows of a later term: this giver went back to an older copy. Whoever holds that one will say so. */
const reminded = (state: Giver, term: number): Giver => (term > state.term ? { ...state, term, holder: null } : state)

function takenBack(state: Giver, { box, run }: { readonly box: string; readonly run: number }, now: number): Giver {
  return state.holder === box && state.run === run ? { ...state, holder: null, run: 0, until: now } : state
}

function grant(to: Omit<Giver, 'until'>, now: number): Given {
  const answer = { term: to.term, ttlMs: leaseMs, known: to.term }
  return { state: { ...to, until: now + reservedMs }, answer }
}

function refuse(state: Giver, now: number): Given {
  const ttlMs = Math.min(reservedMs, Math.max(0, Math.ceil(state.until - now)))
  return { state, answer: { term: null, ttlMs, known: state.term } }
}

/** A clock that only moves while somebody asks, and never far at once: see `witness`. */
export interface WitnessedClock {
  readonly wall: number
  readonly now: number
}

/** Boxes that stand by ask more often than this. */
const witnessedMs = 1500

/**
 * A giver without a monotonic clock makes one of its wall clock: between two requests no more counts than what passes
 * between them in good order. A clock that is set forward ends no lease early, one that is set back none late.
 */
export function witness(clock: WitnessedClock | null, wall: number): WitnessedClock {
  if (clock === null) return { wall, now: 0 }
  return { wall, now: clock.now + Math.min(witnessedMs, Math.max(0, wall - clock.wall)) }
}

/** Both clocks of a box, at one moment. */
export interface BoxTime {
  readonly monotonic: number
  readonly wall: number
}

export interface HeldLease {
  readonly term: number
  /** On its monotonic clock; `Infinity` for a box that a person told to act without a giver. */
  readonly until: number
  /** Wall minus monotonic clock when it asked. */
  readonly offset: number
}

/** What a box knows of the lease. */
export interface Holder {
  /** The highest term that it heard of. Has to be on disk before it acts under it. */
  readonly known: number
  readonly held: HeldLease | null
  /** Requests without an answer. */
  readonly asked: readonly (BoxTime & { readonly id: number })[]
  readonly nextId: number
  /** The request that was granted last. */
  readonly granted: number
}

export const startHolder = (known: number): Holder => ({ known, held: null, asked: [], nextId: 1, granted: 0 })

/** A box that a person told to act, because the other is off: above every term that it knows, until a giver answers. */
export function takeOver(holder: Holder, term: number): Holder {
  return { ...holder, known: Math.max(term, holder.known), held: { term, until: Infinity, offset: 0 } }
}

/** Answers to older requests than the last few are not waited for. */
const mostAsked = 8

/** Notes a request: `holder.nextId` is its id. */
export function askedAt(holder: Holder, at: BoxTime): Holder {
  const asked = [...holder.asked, { id: holder.nextId, ...at }].slice(-mostAsked)
  return { ...holder, asked, nextId: holder.nextId + 1 }
}

/** Takes an answer to one of its requests; any other changes nothing. */
export function answered(holder: Holder, id: number, answer: LeaseAnswer): Holder {
  const request = holder.asked.find(each => each.id === id)
  if (!request) return holder
  const asked = holder.asked.filter(each => each.id !== id)
  const known = Math.max(holder.known, answer.known, answer.term ?? 0)
  if (answer.term === null) {
    // A refusal from before the last grant says nothing of now.
    return { ...holder, asked, known, held: id > holder.granted ? null : holder.held }
  }
  if (id < holder.granted || answer.term < holder.known) return { ...holder, asked, known }
  const held = {
    term: answer.term,
    until: request.monotonic + Math.min(answer.ttlMs, leaseMs),
    offset: request.wall - request.monotonic,
  }
  return { ...holder, asked, known, held, granted: id }
}

/** Stops holding what is over. To be called before every act. */
export function lookAt(holder: Holder, { monotonic, wall }: BoxTime): Holder {
  const { held } = holder
  if (held === null || held.until === Infinity) return holder
  const suspended = Math.abs(wall - monotonic - held.offset) > suspendedMs
  return suspended || monotonic >= held.until ? { ...holder, held: null } : holder
}

/** Stops holding at once. */
export const letGo = (holder: Holder): Holder => ({ ...holder, held: null, asked: [] })
