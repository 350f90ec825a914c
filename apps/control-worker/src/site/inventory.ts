import { deflateRawSync } from 'node:zlib'
import { minerId, minerInfo, packInventory, type MinerId, type MinerInfo, type RelayId } from '@headframe/protocol'
import { z } from 'zod'
import { createInventoryChunks, type InventoryChunk, type InventoryChunks } from './inventory-chunks.ts'

/** The miners of a site, a replica of what its relays tell. */
export interface Inventory {
  put(relay: RelayId, miner: MinerInfo, place: FactPlace): void
  remove(relay: RelayId, miner: MinerId): void
  removeAll(relay: RelayId): void
  /**
   * A relay told its whole inventory in an epoch, so many miners: those that it told in earlier ones only are gone.
   * None is when not all that it told are here. Returns whom it removed.
   */
  removeUntold(relay: RelayId, epoch: number, told: number): MinerId[]
  /** How many miners a relay has. Counted once, and kept from then on: a box that copies them asks every few seconds. */
  count(relay: RelayId): number
  /** Which relay speaks for a miner: of several that told of it, the one that enrolled last. */
  relayOf(miner: MinerId): RelayId | null
  /** The next miners after a place, in order; `null` at the end. */
  chunk(from: InventoryPlace | null): NextChunk | null
}

/** When a miner was told. */
interface FactPlace {
  /** Of its relay. */
  readonly epoch: number
  /** Orders the changes of a relay's miners. */
  readonly revision: number
}

export interface InventoryPlace {
  readonly relay: string
  readonly miner: string
}

export interface NextChunk extends InventoryChunk {
  /** It was packed now, which takes some 20 ms: enough for one turn. */
  readonly fresh: boolean
}

interface MinerRow extends Record<string, SqlStorageValue> {
  relay: RelayId
  id: string
  body: string
}

const start: InventoryPlace = { relay: '', miner: '' }
/** After all places: ids are ASCII. */
const end: InventoryPlace = { relay: '\u{7f}', miner: '' }
/** Both bound the time that one chunk takes. */
const rowsPerChunk = 1024
const charsPerChunk = 600_000
/** A box whose key was lost comes back as another relay, with the miners that it had. */
const newestOf = `SELECT miner.relay FROM miner JOIN relay ON relay.id = miner.relay WHERE miner.id = ?
  ORDER BY relay.addedAt DESC, relay.rowid DESC LIMIT 1`

/** As many miners as are looked at alone at any time, and more. */
const maxKnownRelays = 4096
/** In one pass: it reads all miners of a relay. */
const untold = `SELECT count(*) FILTER (WHERE epoch = ?) AS here, json_group_array(id) FILTER (WHERE epoch < ?) AS before
  FROM miner WHERE relay = ?`
const countOf = 'SELECT count(*) AS count FROM miner WHERE relay = ?'
const ids = z.array(minerId)

export function openInventory(sql: SqlStorage): Inventory {
  const chunks = createInventoryChunks()
  /** Answers of `relayOf` since the last change: dashboards that look at one miner are asked for often. */
  const relays = new Map<MinerId, RelayId | null>()
  /** Of relays that were asked for it. */
  const counts = new Map<RelayId, number>()
  const recount = (relay: RelayId, miner: MinerId, after: 0 | 1) => {
    const known = counts.get(relay)
    if (known === undefined) return
    const before = sql.exec('SELECT 1 FROM miner WHERE relay = ? AND id = ?', relay, miner).toArray().length
    counts.set(relay, known + after - before)
  }

  return {
    put(relay, miner, { epoch, revision }) {
      recount(relay, miner.id, 1)
      chunks.changed({ relay, miner: miner.id })
      relays.clear()
      sql.exec(
        'INSERT OR REPLACE INTO miner (relay, id, body, epoch, revision) VALUES (?, ?, ?, ?, ?)',
        relay,
        miner.id,
        JSON.stringify(miner),
        epoch,
        revision,
      )
    },
    remove(relay, miner) {
      recount(relay, miner, 0)
      chunks.changed({ relay, miner })
      relays.clear()
      sql.exec('DELETE FROM miner WHERE relay = ? AND id = ?', relay, miner)
    },
    removeAll(relay) {
      chunks.clear()
      relays.clear()
      counts.delete(relay)
      sql.exec('DELETE FROM miner WHERE relay = ?', relay)
    },
    removeUntold(relay, epoch, told) {
      const found = sql.exec<{ here: number; before: string }>(untold, epoch, epoch, relay).one()
      if (found.here < told) return []
      const gone = ids.parse(JSON.parse(found.before))
      for (const id of gone) this.remove(relay, id)
      return gone
    },
    count(relay) {
      const known = counts.get(relay) ?? sql.exec<{ count: number }>(countOf, relay).one().count
      counts.set(relay, known)
      return known
    },
    relayOf(miner) {
      const known = relays.get(miner)
      if (known !== undefined) return known
      const [row] = sql.exec<{ relay: RelayId }>(newestOf, miner).toArray()
      if (relays.size >= maxKnownRelays) relays.clear()
      relays.set(miner, row?.relay ?? null)
      return row?.relay ?? null
    },
    chunk: from => nextChunk(sql, chunks, from ?? start),
  }
}

function nextChunk(sql: SqlStorage, chunks: InventoryChunks, from: InventoryPlace): NextChunk | null {
  const known = chunks.at(from)
  if (known !== null) return { ...known, fresh: false }
  const next = chunks.nextAfter(from)
  const rows = readRows(sql, from, next ?? end)
  if (rows.length === 0) return next && nextChunk(sql, chunks, next)
  const chunk = packRows(rows)
  chunks.keep(from, chunk)
  return { ...chunk, fresh: true }
}

/** Rows of one relay, after a place and up to another. */
function readRows(sql: SqlStorage, from: InventoryPlace, to: InventoryPlace): readonly MinerRow[] {
  const query = `SELECT relay, id, body FROM miner
    WHERE (relay, id) > (?, ?) AND (relay, id) <= (?, ?) ORDER BY relay, id LIMIT ${rowsPerChunk}`
  let chars = 0
  const rows: MinerRow[] = []
  for (const row of sql.exec<MinerRow>(query, from.relay, from.miner, to.relay, to.miner)) {
    chars += row.body.length
    if (rows.length > 0 && (row.relay !== rows[0]?.relay || chars > charsPerChunk)) break
    rows.push(row)
  }
  return rows
}

/** As many of the rows as fit one message: nearly always all. What no longer passes its schema stops no other row. */
function packRows(rows: readonly MinerRow[]): InventoryChunk {
  const last = rows.at(-1)
  if (last === undefined) throw new Error('no rows to pack')
  const miners = rows.flatMap(row => minerInfo.safeParse(JSON.parse(row.body)).data ?? [])
  const messages = packInventory(last.relay, miners, deflateRawSync)
  if (messages.length > 1) return packRows(rows.slice(0, Math.ceil(rows.length / 2)))
  return { message: messages[0] ?? null, last: { relay: last.relay, miner: last.id } }
}
