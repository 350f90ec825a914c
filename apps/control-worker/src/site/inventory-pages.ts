import { minerInfo, type InventoryPlace, type MinerInfo, type RelayId, type UpMessage } from '@headframe/protocol'
import type { Link } from './link-set.ts'
import type { SiteParts } from './parts.ts'

interface Row extends Record<string, SqlStorageValue> {
  id: string
  revision: number
  body: string
}

const rowsPerPage = 100
/** Far below a message, and below what acknowledgements leave of a lane. */
const charsPerPage = 60_000

/** A box copies what is known of the miners of its relay: in order of change, so that it can go on later. */
export function takePull(parts: SiteParts, link: Link, { after }: Extract<UpMessage, { type: 'pull' }>): void {
  const { relay } = link.seat
  const rows = readRows(parts.sql, relay, after)
  const last = rows.at(-1)
  const miners = rows.flatMap(row => parsed(row.body) ?? [])
  parts.links.trySend(link, {
    type: 'page',
    miners,
    next: last === undefined ? after : { revision: last.revision, miner: minerInfo.shape.id.parse(last.id) },
    complete: last === undefined,
    total: parts.inventory.count(relay),
  })
}

/** One that no longer passes its schema stops no other. */
const parsed = (body: string): MinerInfo | undefined => minerInfo.safeParse(JSON.parse(body)).data

function readRows(sql: SqlStorage, relay: RelayId, { revision, miner }: InventoryPlace): readonly Row[] {
  // Made when it is first needed: most sites have no second box, and a migration may not read a whole table.
  sql.exec('CREATE INDEX IF NOT EXISTS miner_revision ON miner (relay, revision, id)')
  const query = `SELECT id, revision, body FROM miner WHERE relay = ? AND (revision, id) > (?, ?)
    ORDER BY revision, id LIMIT ${rowsPerPage}`
  let chars = 0
  const rows: Row[] = []
  for (const row of sql.exec<Row>(query, relay, revision, miner ?? '')) {
    chars += row.body.length
    if (rows.length > 0 && chars > charsPerPage) break
    rows.push(row)
  }
  return rows
}
