import type { RelayId } from '@headframe/protocol'
import { createLiveReplica, replay, type LiveReplica } from './live-replica.ts'
import type { RelayState } from './relay-book.ts'

/**
 * Beats that are kept, and groups of cohorts: each beat also writes one group's keyframes, in turn. Whatever a group
 * lacks since its turn is in the beats that are kept, and no beat costs much more than another.
 */
const turns = 5

/**
 * Stores a beat that was applied, as it came, in at most two rows.
 * The caller saves the state that comes back: that is the third.
 */
export function storeBeat(
  sql: SqlStorage,
  relay: RelayState,
  { message, replica }: { message: Uint8Array; replica: LiveReplica },
): RelayState {
  const turn = relay.beats % turns
  const keyframes = replica.keyframes(cohort => cohort % turns === turn)
  const write = (table: 'beat' | 'snapshot', body: Uint8Array) =>
    sql.exec(`INSERT OR REPLACE INTO ${table} (relay, turn, body) VALUES (?, ?, ?)`, relay.id, turn, bufferOf(body))
  write('beat', message)
  if (keyframes.length > 0) write('snapshot', joinMessages(keyframes))
  return { ...relay, beats: relay.beats + 1 }
}

/** The live table as it was on disk. */
export function loadReplica(sql: SqlStorage, relay: RelayState): LiveReplica {
  const replica = createLiveReplica()
  const read = (table: 'beat' | 'snapshot') =>
    sql.exec<{ turn: number; body: ArrayBuffer }>(`SELECT turn, body FROM ${table} WHERE relay = ?`, relay.id).toArray()
  for (const group of read('snapshot')) {
    for (const message of splitMessages(new Uint8Array(group.body))) replay(replica, message)
  }
  // The turn after the last beat's is that of the oldest.
  const age = (turn: number) => (turn - (relay.beats % turns) + turns) % turns
  for (const beat of read('beat').toSorted((a, b) => age(a.turn) - age(b.turn))) {
    replay(replica, new Uint8Array(beat.body))
  }
  return replica
}

export function forgetBeats(sql: SqlStorage, relay: RelayId): void {
  sql.exec('DELETE FROM beat WHERE relay = ?', relay)
  sql.exec('DELETE FROM snapshot WHERE relay = ?', relay)
}

/** Messages behind their lengths. A fifth of a million miners' keyframes fit a row of 2 MB. */
function joinMessages(messages: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(messages.reduce((sum, message) => sum + message.length + 4, 0))
  let offset = 0
  for (const message of messages) {
    new DataView(joined.buffer).setUint32(offset, message.length)
    joined.set(message, offset + 4)
    offset += message.length + 4
  }
  return joined
}

function splitMessages(joined: Uint8Array): Uint8Array[] {
  const messages: Uint8Array[] = []
  for (let offset = 0; offset < joined.length;) {
    const length = new DataView(joined.buffer, joined.byteOffset).getUint32(offset)
    messages.push(joined.subarray(offset + 4, offset + 4 + length))
    offset += length + 4
  }
  return messages
}

const bufferOf = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer
