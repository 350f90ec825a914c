import { cursor, moment, relayId, relayStatus, type RelayId, type RelayStatus } from '@headframe/protocol'
import { z } from 'zod'
import { firstTurn, turnState } from './turn.ts'

/** All that a site keeps of a relay, beside its miners and frames. */
const relayState = relayStatus.extend({
  id: relayId,
  /** Up to here its events are applied and on disk [S2]. */
  events: cursor,
  /** Beats that the release before stored. */
  beats: z.number().int().min(0),
  /** Where its beats are kept, and how many were: see beat-store.ts. `null` before the first. */
  ring: z
    .object({ id: z.number().int(), beats: z.number().int().min(0) })
    .nullable()
    .default(null),
  /** Cohorts that it no longer spoke for after so many beats: see beat-store.ts. */
  dropped: z
    .object({ cohorts: z.array(z.number().int()), beats: z.number().int().min(0) })
    .nullable()
    .default(null),
  /** Of its last hello. */
  epoch: z.number().int().min(0).default(0),
  /** See history-place.ts. */
  history: moment.nullable().default(null),
  run: z.object({ from: moment, through: moment }).nullable().default(null),
  /** See turn.ts. */
  turn: turnState.default(firstTurn),
  /** By how much the time in its last message was ahead of ours: its clock, less what the message took. */
  clockSampleMs: z.number().int().default(0),
})
export type RelayState = z.infer<typeof relayState>

/** The relays of a site, in memory and on disk. */
export interface RelayBook {
  all(): readonly RelayState[]
  get(id: RelayId): RelayState | undefined
  /** When it enrolled, epoch ms. */
  addedAt(id: RelayId): number
  /** Writes one row. */
  save(state: RelayState): void
  /** In memory only: what the next `save` will write. */
  touch(state: RelayState): void
  remove(id: RelayId): void
}

export function openRelayBook(sql: SqlStorage, now: () => number): RelayBook {
  const rows = sql.exec<{ state: string }>('SELECT state FROM relay ORDER BY addedAt, id').toArray()
  const relays = new Map(rows.map(row => relayState.parse(JSON.parse(row.state))).map(state => [state.id, state]))
  return {
    all: () => [...relays.values()],
    get: id => relays.get(id),
    addedAt: id => sql.exec<{ addedAt: number }>('SELECT addedAt FROM relay WHERE id = ?', id).one().addedAt,
    save(state) {
      const known = relays.has(state.id)
      relays.set(state.id, state)
      if (known) sql.exec('UPDATE relay SET state = ? WHERE id = ?', JSON.stringify(state), state.id)
      else sql.exec('INSERT INTO relay (id, addedAt, state) VALUES (?, ?, ?)', state.id, now(), JSON.stringify(state))
    },
    touch(state) {
      relays.set(state.id, state)
    },
    remove(id) {
      relays.delete(id)
      sql.exec('DELETE FROM relay WHERE id = ?', id)
    },
  }
}

/** A relay that enrolled and was not heard yet. */
export function newRelay({ id, name }: { id: RelayId; name: string }, now: number): RelayState {
  return {
    id,
    name,
    silentSince: now,
    lastHeardAt: null,
    allowed: [],
    demo: false,
    pollEveryMs: 30_000,
    software: '',
    quarantined: 0,
    events: { epoch: 0, seq: 0 },
    beats: 0,
    ring: null,
    dropped: null,
    epoch: 0,
    history: null,
    run: null,
    turn: firstTurn,
    clockSampleMs: 0,
    health: null,
    clockOffsetMs: 0,
    boxes: [],
    historyThroughAt: null,
  }
}

/** What dashboards are told of it. */
export const statusOf = (state: RelayState): RelayStatus => relayStatus.parse(state)
