import type { MinerId, MinerInfo, RelayId } from '@headframe/protocol'

/** The miners of a site, a replica of what its relays tell. */
export interface Inventory {
  /** @param revision orders the changes of a relay's miners */
  put(relay: RelayId, miner: MinerInfo, revision: number): void
  remove(relay: RelayId, miner: MinerId): void
  removeAll(relay: RelayId): void
  /** Which relay speaks for a miner: of several that told of it, the one that enrolled last. */
  relayOf(miner: MinerId): RelayId | null
  /** Miners as JSON, in order, after `from`, of one relay, up to `maxBytes`; `next` is `null` at the end. */
  part(from: InventoryPlace | null, maxBytes: number): InventoryPart
}

export interface InventoryPlace {
  readonly relay: string
  readonly miner: string
}

export interface InventoryPart {
  readonly relay: string | null
  readonly miners: readonly string[]
  readonly next: InventoryPlace | null
}

interface MinerRow extends Record<string, SqlStorageValue> {
  relay: string
  id: string
  body: string
  bytes: number
}

const rowsPerRead = 250
/** A box whose key was lost comes back as another relay, with the miners that it had. */
const newestOf = `SELECT miner.relay FROM miner JOIN relay ON relay.id = miner.relay WHERE miner.id = ?
  ORDER BY relay.addedAt DESC, relay.rowid DESC LIMIT 1`

export function openInventory(sql: SqlStorage): Inventory {
  const after = (from: InventoryPlace | null) =>
    sql
      .exec<MinerRow>(
        `SELECT relay, id, body, length(CAST(body AS BLOB)) AS bytes FROM miner
          WHERE (relay, id) > (?, ?) ORDER BY relay, id LIMIT ?`,
        from?.relay ?? '',
        from?.miner ?? '',
        rowsPerRead,
      )
      .toArray()

  return {
    put(relay, miner, revision) {
      sql.exec(
        'INSERT OR REPLACE INTO miner (relay, id, body, revision) VALUES (?, ?, ?, ?)',
        relay,
        miner.id,
        JSON.stringify(miner),
        revision,
      )
    },
    remove(relay, miner) {
      sql.exec('DELETE FROM miner WHERE relay = ? AND id = ?', relay, miner)
    },
    removeAll(relay) {
      sql.exec('DELETE FROM miner WHERE relay = ?', relay)
    },
    relayOf(miner) {
      const [row] = sql.exec<{ relay: RelayId }>(newestOf, miner).toArray()
      return row?.relay ?? null
    },
    part(from, maxBytes) {
      const rows = after(from)
      const taken = takeRows(rows, maxBytes)
      const last = taken.at(-1)
      const more = last !== undefined && (taken.length < rows.length || rows.length === rowsPerRead)
      return {
        relay: last?.relay ?? null,
        miners: taken.map(row => row.body),
        next: more ? { relay: last.relay, miner: last.id } : null,
      }
    },
  }
}

/** The first rows of one relay that fit; at least one. */
function takeRows(rows: readonly MinerRow[], maxBytes: number): readonly MinerRow[] {
  let bytes = 0
  const end = rows.findIndex((row, index) => {
    bytes += row.bytes
    return index > 0 && (row.relay !== rows[0]?.relay || bytes > maxBytes)
  })
  return end < 0 ? rows : rows.slice(0, end)
}
