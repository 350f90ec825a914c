import { cursor, leaseTerm, type Cursor, type Moment } from '@headframe/protocol'
import { z } from 'zod'
import type { LinkSeat } from './seat.ts'

const key = z.string().max(64)

/** Which box of a relay speaks for it [S4], and what is kept of the others. */
export const turnState = z.object({
  /** The term under which a box spoke last. */
  term: leaseTerm,
  /** The highest term that was given from here: see lease.ts. */
  given: leaseTerm,
  /** The key of the box that speaks, or spoke last; `null` before there was a second. */
  speaker: key.nullable(),
  /** Up to where the events of the other boxes are applied: each has a journal of its own, and epochs of its own [S3]. */
  cursors: z.record(key, cursor),
  /** The latest epoch in which the inventory was told. What an earlier one says of it, sent late by a box that acted before, is old [S2]. */
  factsEpoch: z.number().int().min(0),
  /** Counts changes of the inventory, for boxes that copy it. */
  revision: z.number().int().min(0),
  boxes: z.array(z.object({ name: z.string().max(128), publicKey: key })).max(8),
})
type TurnState = z.infer<typeof turnState>

export const firstTurn: TurnState = {
  term: 0,
  given: 0,
  speaker: null,
  cursors: {},
  factsEpoch: 0,
  revision: 0,
  boxes: [],
}

type Seat = Pick<LinkSeat, 'boxes' | 'box'>
interface State {
  readonly events: Cursor
  readonly turn: TurnState
}

/**
 * Whether a box may speak, by what it says of its lease. Where two may not, the one of before goes on. `alone` is one
 * that was not set up as one of two, and so always acts, beside one that was.
 */
export function judgeTurn(
  { turn }: State,
  seat: Seat,
  term: number | null,
): 'speaks' | 'stands-by' | 'refused' | 'alone' {
  if (term === null) return 'stands-by'
  if (seat.boxes.length === 1 || term > turn.term) return 'speaks'
  if (term === turn.term && seat.box === speakerOf(turn, seat)) return 'speaks'
  return term === 0 && turn.term > 0 ? 'alone' : 'refused'
}

const speakerOf = (turn: TurnState, { boxes }: Seat) => turn.speaker ?? boxes[0]?.publicKey ?? null

const start: Cursor = { epoch: 0, seq: 0 }

/** Whether a box speaks, or spoke last. */
export const isSpeaker = ({ turn }: Pick<State, 'turn'>, seat: Seat) =>
  seat.box === null || seat.box === speakerOf(turn, seat)

/** Up to where the events of a box are applied. */
export function cursorOf({ events, turn }: State, seat: Seat): Cursor {
  if (seat.box === null || seat.box === speakerOf(turn, seat)) return events
  return turn.cursors[seat.box] ?? start
}

/** The same state, with the place of one box moved on. */
export function withCursor<S extends State>(state: S, seat: Seat, events: Cursor): S {
  const { turn } = state
  if (seat.box === null || seat.box === speakerOf(turn, seat)) return { ...state, events }
  return { ...state, turn: { ...turn, cursors: { ...turn.cursors, [seat.box]: events } } }
}

/** A box begins to speak. True when another did before: what that one was asked is not known to have happened. */
export function takeTurn<S extends State>(
  state: S,
  seat: Seat,
  term: number,
): { readonly state: S; readonly over: boolean } {
  const { turn } = state
  const before = speakerOf(turn, seat)
  const boxes = seat.boxes.map(({ name, publicKey }) => ({ name, publicKey }))
  if (seat.box === null || before === null || before === seat.box)
    return { state: { ...state, turn: { ...turn, term, speaker: seat.box, boxes } }, over: false }
  const known = new Set(boxes.map(({ publicKey }) => publicKey))
  const cursors = Object.entries({ ...turn.cursors, [before]: state.events }).filter(
    ([box]) => known.has(box) && box !== seat.box,
  )
  return {
    state: {
      ...state,
      events: cursorOf(state, seat),
      turn: { ...turn, term, speaker: seat.box, cursors: Object.fromEntries(cursors), boxes },
    },
    over: true,
  }
}

/** The latest epoch of any box. Its history can be the only trace of one whose events did not come. */
export const latestEpoch = ({ events, turn, history }: State & { readonly history: Moment | null }): number =>
  Math.max(events.epoch, turn.factsEpoch, history?.epoch ?? 0, ...Object.values(turn.cursors).map(({ epoch }) => epoch))
