import type { RelayId } from '@headframe/protocol'
import { createLiveReplica, replay, type LiveReplica } from './live-replica.ts'
import type { RelayState } from './relay-book.ts'

/** Beats between snapshots: what waking has to apply. */
const beatsPerSnapshot = 5
/** Hosted rows end at 2 MB; 1.8 leaves room for the rest of the row. */
const maxPartBytes = 1_800_000

/**
 * Stores a beat that was applied, as it came, in at most two rows; now and then a snapshot makes the beats before it needless.
 * The caller saves the state that comes back: that is the third row.
 */
export function storeBeat(
  sql: SqlStorage,
  relay: RelayState,
  beat: { message: Uint8Array; replica: LiveReplica },
): RelayState {
  if (relay.beats >= beatsPerSnapshot) return storeSnapshot(sql, relay, beat.replica)
  sql.exec(
    'INSERT OR REPLACE INTO beat (relay, position, body) VALUES (?, ?, ?)',
    relay.id,
    relay.beats,
    bufferOf(beat.message),
  )
  return { ...relay, beats: relay.beats + 1 }
}

/** The live table as it was on disk. */
export function loadReplica(sql: SqlStorage, relay: RelayState): LiveReplica {
  const replica = createLiveReplica()
  const parts = sql
    .exec<{ body: ArrayBuffer }>(
      'SELECT body FROM snapshot WHERE relay = ? AND part < ? ORDER BY part',
      relay.id,
      relay.snapshotParts,
    )
    .toArray()
  for (const part of parts) for (const message of splitMessages(new Uint8Array(part.body))) replay(replica, message)
  const beats = sql
    .exec<{ body: ArrayBuffer }>(
      'SELECT body FROM beat WHERE relay = ? AND position < ? ORDER BY position',
      relay.id,
      relay.beats,
    )
    .toArray()
  for (const beat of beats) replay(replica, new Uint8Array(beat.body))
  return replica
}

export function forgetBeats(sql: SqlStorage, relay: RelayId): void {
  sql.exec('DELETE FROM beat WHERE relay = ?', relay)
  sql.exec('DELETE FROM snapshot WHERE relay = ?', relay)
}

/** One row up to some 200,000 miners. Older parts beyond the new ones stay, unread. */
function storeSnapshot(sql: SqlStorage, relay: RelayState, replica: LiveReplica): RelayState {
  const parts = joinMessages(replica.keyframes())
  for (const [part, body] of parts.entries()) {
    sql.exec('INSERT OR REPLACE INTO snapshot (relay, part, body) VALUES (?, ?, ?)', relay.id, part, bufferOf(body))
  }
  return { ...relay, beats: 0, snapshotParts: parts.length }
}

/** Messages behind their lengths, in parts that fit a row. */
function joinMessages(messages: readonly Uint8Array[]): Uint8Array[] {
  const groups: Uint8Array[][] = []
  let bytes = Infinity
  for (const message of messages) {
    if (bytes + message.length + 4 > maxPartBytes) {
      groups.push([])
      bytes = 0
    }
    groups.at(-1)?.push(message)
    bytes += message.length + 4
  }
  return groups.map(joinGroup)
}

function joinGroup(messages: readonly Uint8Array[]): Uint8Array {
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
