import { minerStates, type RelayId, type TableSummary } from '@headframe/protocol'
import { createLiveReplica, replay, type LiveReplica } from './live-replica.ts'
import type { RelayState } from './relay-book.ts'

/**
 * Each beat also writes one group's keyframes, in turn: group n is the cohorts whose number leaves n when divided by
 * this. Whatever a group lacks since its turn is in the beats that are kept, and no beat costs much more than another.
 */
const groups = 5
/** A week of minutes, and a day for beats that come between. A multiple of `groups`, and of `beatsPerHour`. */
export const keptBeats = 8 * 24 * 60
/** Every so many beats each group's keyframes are kept as long as the beats: the past can be read from there on. */
const beatsPerHour = 60
/** Ids of a ring: those of beats, then those of keyframes. */
const idsPerRing = 2 ** 20
/** Hosted, a row has 2 MB at most. */
const maxRowBytes = 1_900_000
/** As many cohorts as a relay may have. One more that is gone would come back on waking, until the relay says hello. */
const maxDropped = 1024

/** When a beat was made, by control's clock, and what a chart shows of it. */
interface BeatMinute {
  readonly at: number
  readonly summary: TableSummary
}

interface Beat extends BeatMinute {
  readonly message: Uint8Array
  readonly replica: LiveReplica
}

const insertBeat = `INSERT OR REPLACE INTO beat_ring
  (id, at, hashrateHs, expectedHashrateHs, powerW, ${minerStates.join(', ')}, body)
  VALUES (?, ?, ?, ?, ?, ${minerStates.map(() => '?').join(', ')}, ?)`

/**
 * Stores a beat that was applied, as it came, in at most two rows.
 * The caller saves the state that comes back: that is the third.
 */
export function storeBeat(sql: SqlStorage, relay: RelayState, { message, replica, at, summary }: Beat): RelayState {
  const ring = ringOf(sql, relay)
  const keyframes = joinMessages(replica.keyframes(cohort => cohort % groups === ring.beats % groups))
  const { hashrateHs, expectedHashrateHs, powerW, states } = summary
  const id = ring.id * idsPerRing + (ring.beats % keptBeats)
  const counts = minerStates.map(state => states[state])
  sql.exec(insertBeat, id, at, hashrateHs, expectedHashrateHs, powerW, ...counts, bufferOf(message))
  const place = ring.id * idsPerRing + keptBeats + keyframePlace(ring.beats)
  // What lies there may be of cohorts that are gone. Nothing is written where nothing lies.
  if (keyframes.length === 0) sql.exec('DELETE FROM keyframe_ring WHERE id = ?', place)
  else sql.exec('INSERT OR REPLACE INTO keyframe_ring (id, body) VALUES (?, ?)', place, bufferOf(keyframes))
  return { ...relay, ring: { ...ring, beats: ring.beats + 1 } }
}

/**
 * A relay no longer speaks for some cohorts. They leave the disk as their places are written anew; until then the state
 * that comes back, which the caller saves, says that they are gone.
 */
export function dropCohorts(relay: RelayState, replica: LiveReplica, gone: readonly number[]): RelayState {
  replica.drop(gone)
  const back = new Set(replica.cohorts())
  const before = relay.dropped?.cohorts.filter(cohort => !back.has(cohort)) ?? []
  const cohorts = [...new Set([...before, ...gone])].slice(-maxDropped)
  return { ...relay, dropped: { cohorts, beats: relay.ring?.beats ?? 0 } }
}

/** The ids of a ring's beats, first and last. */
export const beatIds = (ring: number) => [ring * idsPerRing, ring * idsPerRing + keptBeats - 1] as const

/** Deletes at most `limit` rows of beats and keyframes that are of none of these rings; true when there were as many. */
export function pruneRings(sql: SqlStorage, rings: readonly number[], limit: number): boolean {
  const starts = [...rings.toSorted((a, b) => a - b), Infinity]
  const between = starts.map((ring, index) => ({ from: (starts[index - 1] ?? -1) + 1, before: ring }))
  return (['beat_ring', 'keyframe_ring'] as const).some(table =>
    between.some(({ from, before }) => {
      const bounds = [from * idsPerRing, Math.min(before * idsPerRing, Number.MAX_SAFE_INTEGER), limit]
      const ids = sql
        .exec<{ id: number }>(`SELECT id FROM ${table} WHERE id >= ? AND id < ? LIMIT ?`, ...bounds)
        .toArray()
      for (const { id } of ids) sql.exec(`DELETE FROM ${table} WHERE id = ?`, id)
      return ids.length === limit
    }),
  )
}

/** Where the keyframes that a beat brings go: to the hourly places or to one of the few that are always written anew. */
function keyframePlace(beat: number): number {
  const group = beat % groups
  const hourly = beat % beatsPerHour < groups
  return hourly ? groups + (Math.floor(beat / beatsPerHour) % (keptBeats / beatsPerHour)) * groups + group : group
}

/** The live table as it was on disk; or as it was after some number of beats, from the last hour that is on disk whole. */
export function loadReplica(sql: SqlStorage, relay: RelayState, past?: number): LiveReplica {
  const replica = createLiveReplica()
  const { ring } = relay
  const beats = past ?? ring?.beats ?? 0
  // Until each group had its turn in the ring, what is missing is in the tables of the release before.
  if (ring === null || ring.beats < groups) replayOld(sql, relay, replica)
  const dropAt = (beat: number) => {
    if (relay.dropped?.beats === beat) replica.drop(relay.dropped.cohorts)
  }
  if (ring === null) dropAt(0)
  if (ring === null) return replica
  const oldest = Math.max(0, beats - groups)
  const from = past === undefined ? oldest : oldest - (oldest % beatsPerHour)
  const first = ring.id * idsPerRing
  const read = (table: 'beat_ring' | 'keyframe_ring', id: number) =>
    sql.exec<{ body: ArrayBuffer }>(`SELECT body FROM ${table} WHERE id = ?`, first + id).toArray()
  for (let beat = from; beat < Math.min(beats, from + groups); beat++) {
    for (const { body } of read('keyframe_ring', keptBeats + keyframePlace(beat))) replayAll(replica, body)
  }
  for (let beat = from; beat < beats; beat++) {
    dropAt(beat)
    for (const { body } of read('beat_ring', beat % keptBeats)) replay(replica, new Uint8Array(body))
  }
  dropAt(beats)
  return replica
}

/** Where the history of a relay is kept. */
export const ringOf = (sql: SqlStorage, relay: RelayState) => relay.ring ?? { id: freeRing(sql), beats: 0 }

/** A ring's number is never used again while a row of it is left. */
function freeRing(sql: SqlStorage): number {
  const last = (query: string) => sql.exec<{ last: number | null }>(query).one().last ?? 0
  const rings = [
    Math.floor(last('SELECT max(id) AS last FROM beat_ring') / idsPerRing),
    Math.floor(last('SELECT max(id) AS last FROM keyframe_ring') / idsPerRing),
    last('SELECT max(ring) AS last FROM backfill'),
    last('SELECT max(ring) AS last FROM backfill_minute'),
    last('SELECT max(ring) AS last FROM history_gap'),
  ]
  return Math.max(...rings) + 1
}

/** Beats and snapshots in turns of five, as the release before kept them. */
function replayOld(sql: SqlStorage, relay: RelayState, replica: LiveReplica): void {
  const read = (table: 'beat' | 'snapshot') =>
    sql.exec<{ turn: number; body: ArrayBuffer }>(`SELECT turn, body FROM ${table} WHERE relay = ?`, relay.id).toArray()
  for (const group of read('snapshot')) replayAll(replica, group.body)
  // The turn after the last beat's is that of the oldest.
  const age = (turn: number) => (turn - (relay.beats % groups) + groups) % groups
  for (const beat of read('beat').toSorted((a, b) => age(a.turn) - age(b.turn))) {
    replay(replica, new Uint8Array(beat.body))
  }
}

/** What the release before kept. A ring is forgotten in steps, see history-retention.ts. */
export function forgetOldBeats(sql: SqlStorage, relay: RelayId): void {
  sql.exec('DELETE FROM beat WHERE relay = ?', relay)
  sql.exec('DELETE FROM snapshot WHERE relay = ?', relay)
}

/** Messages behind their lengths, as many as fit a row: a cohort that does not is asked for again on waking. */
function joinMessages(messages: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(messages.reduce((sum, message) => sum + message.length + 4, 0))
  let offset = 0
  for (const message of messages) {
    if (offset + 4 + message.length > maxRowBytes) break
    new DataView(joined.buffer).setUint32(offset, message.length)
    joined.set(message, offset + 4)
    offset += message.length + 4
  }
  return joined.subarray(0, offset)
}

function replayAll(replica: LiveReplica, body: ArrayBuffer): void {
  const joined = new Uint8Array(body)
  const view = new DataView(joined.buffer, joined.byteOffset, joined.byteLength)
  for (let offset = 0; offset < joined.length;) {
    const length = view.getUint32(offset)
    replay(replica, joined.subarray(offset + 4, offset + 4 + length))
    offset += length + 4
  }
}

const bufferOf = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer
