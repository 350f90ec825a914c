import {
  commandEntry,
  type Command,
  type CommandEntry,
  type CommandId,
  type CommandOrder,
  type CommandResult,
  type CommandState,
  type MinerId,
  type Outcome,
  type PersonId,
  type RelayId,
} from '@headframe/protocol'
import { z } from 'zod'

export interface Asking {
  readonly command: Command
  readonly miners: readonly { readonly id: CommandId; readonly miner: MinerId }[]
  readonly ttlMs: number
  readonly person: PersonId
  readonly byName: string
}

/** Every command that was asked of a site, and where it is. */
export interface Journal {
  /** Writes commands down, `null` when an id was used for something else. A repeat is the entry that there is. */
  ask(asking: Asking, relayOf: (miner: MinerId) => RelayId | null): AskedCommands | null
  /** Commands of a relay in one state, oldest first, as they would go to it now. */
  orders(relay: RelayId, state: 'queued' | 'sent'): CommandOrder[]
  /** True when the state changed: `sent` follows `queued`, `accepted` follows both. */
  advance(id: CommandId, relay: RelayId, to: 'sent' | 'accepted'): boolean
  /** The one result of a command [C1]; false when it has one, or is not ours. */
  end(relay: RelayId, result: CommandResult): boolean
  /** Ends what is queued past its time to live. */
  expire(): CommandId[]
  /** What a relay that is gone for good leaves: it may have acted on what was sent [C2]. */
  abandon(relay: RelayId): CommandId[]
  /** When the next queued command expires. */
  nextExpiry(): number | null
  entries(ids: readonly CommandId[]): CommandEntry[]
  /** Newest first. */
  recent(limit: number, miner?: MinerId): CommandEntry[]
}

export interface AskedCommands {
  readonly ids: readonly CommandId[]
  readonly fresh: readonly CommandId[]
}

interface Row extends Record<string, SqlStorageValue> {
  id: CommandId
  relay: RelayId | null
  miner: MinerId
  command: string
  person: PersonId
  byName: string
  askedAt: number
  expiresAt: number
  state: CommandState
  outcome: string | null
  endedAt: number | null
}

export function openJournal(sql: SqlStorage, now: () => number): Journal {
  const find = (id: CommandId) => sql.exec<Row>('SELECT * FROM command WHERE id = ?', id).toArray()[0]
  const close = (id: CommandId, outcome: Outcome, endedAt: number) =>
    sql.exec(
      'UPDATE command SET state = ?, outcome = ?, endedAt = ? WHERE id = ?',
      outcome.kind,
      JSON.stringify(outcome),
      endedAt,
      id,
    )
  const closeAll = (rows: readonly { id: CommandId }[], outcome: Outcome): CommandId[] => {
    for (const { id } of rows) close(id, outcome, now())
    return rows.map(row => row.id)
  }

  return {
    ask(asking, relayOf) {
      const command = JSON.stringify(asking.command)
      const known = new Map(asking.miners.map(({ id }) => [id, find(id)]))
      const clash = asking.miners.some(({ id, miner }) => {
        const row = known.get(id)
        return row !== undefined && (row.miner !== miner || row.command !== command)
      })
      const ids = [...known.keys()]
      if (clash || ids.length < asking.miners.length) return null
      const fresh = asking.miners.filter(({ id }) => known.get(id) === undefined)
      for (const { id, miner } of fresh) {
        insert(sql, { id, miner, command, asking, relay: relayOf(miner), now: now() })
      }
      return { ids, fresh: fresh.map(({ id }) => id) }
    },
    orders(relay, state) {
      return sql
        .exec<Row>('SELECT * FROM command WHERE relay = ? AND state = ? ORDER BY rowid', relay, state)
        .toArray()
        .map(row => orderOf(row, now()))
    },
    advance(id, relay, to) {
      const from = to === 'sent' ? ['queued', 'queued'] : ['queued', 'sent']
      const cursor = sql.exec(
        'UPDATE command SET state = ? WHERE id = ? AND relay = ? AND state IN (?, ?) RETURNING id',
        to,
        id,
        relay,
        ...from,
      )
      return cursor.toArray().length > 0
    },
    end(relay, { id, outcome, endedAt }) {
      const row = find(id)
      if (row?.relay !== relay || !isOpen(row.state)) return false
      close(id, outcome, endedAt)
      return true
    },
    expire() {
      const rows = sql.exec<Row>(`SELECT * FROM command WHERE ${open} AND state = 'queued' AND expiresAt <= ?`, now())
      return closeAll(rows.toArray(), expired)
    },
    abandon(relay) {
      const rows = sql.exec<Row>(`SELECT * FROM command WHERE ${open} AND relay = ?`, relay).toArray()
      return [
        ...closeAll(
          rows.filter(row => row.state === 'queued'),
          expired,
        ),
        ...closeAll(
          rows.filter(row => row.state !== 'queued'),
          abandoned,
        ),
      ]
    },
    nextExpiry() {
      const query = `SELECT min(expiresAt) AS at FROM command WHERE ${open} AND state = 'queued'`
      return sql.exec<{ at: number | null }>(query).one().at
    },
    entries: ids => ids.flatMap(id => find(id) ?? []).map(entryOf),
    recent(limit, miner) {
      const rows =
        miner === undefined
          ? sql.exec<Row>('SELECT * FROM command ORDER BY rowid DESC LIMIT ?', limit)
          : sql.exec<Row>('SELECT * FROM command WHERE miner = ? ORDER BY rowid DESC LIMIT ?', miner, limit)
      return rows.toArray().map(entryOf)
    },
  }
}

/** As the index of open commands says it. */
const open = "state IN ('queued', 'sent', 'accepted')"
const isOpen = (state: CommandState) => state === 'queued' || state === 'sent' || state === 'accepted'

const expired: Outcome = {
  kind: 'expired',
  code: 'expired',
  text: 'The relay did not come back within the time to live. Nothing was sent.',
  observed: {},
}
const abandoned: Outcome = {
  kind: 'unknown',
  code: 'interrupted',
  text: 'The relay that was asked was revoked before it told the result. It may have acted.',
  observed: {},
}
const noSuchMiner: Outcome = {
  kind: 'refused',
  code: 'no-such-miner',
  text: 'This site has no such miner. Nothing was sent.',
  observed: {},
}

interface NewCommand {
  readonly id: CommandId
  readonly miner: MinerId
  readonly command: string
  readonly asking: Asking
  readonly relay: RelayId | null
  readonly now: number
}

function insert(sql: SqlStorage, { id, miner, command, asking, relay, now }: NewCommand): void {
  sql.exec(
    `INSERT INTO command (id, relay, miner, command, person, byName, askedAt, expiresAt, state, outcome, endedAt)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    id,
    relay,
    miner,
    command,
    asking.person,
    asking.byName,
    now,
    now + asking.ttlMs,
    relay === null ? 'refused' : 'queued',
    relay === null ? JSON.stringify(noSuchMiner) : null,
    relay === null ? now : null,
  )
}

const stored = z.string().transform((text): unknown => JSON.parse(text))

function entryOf(row: Row): CommandEntry {
  const outcome = row.outcome === null ? null : stored.parse(row.outcome)
  return commandEntry.parse({ ...row, command: stored.parse(row.command), outcome })
}

function orderOf(row: Row, now: number): CommandOrder {
  const { id, miner, byName, askedAt, person, expiresAt } = row
  return { id, miner, command: entryOf(row).command, by: person, byName, askedAt, ttlMs: Math.max(0, expiresAt - now) }
}
