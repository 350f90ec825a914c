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
import { pruneCommands } from './retention.ts'

export interface Asking {
  readonly command: Command
  readonly miners: readonly { readonly id: CommandId; readonly miner: MinerId }[]
  readonly ttlMs: number
  readonly person: PersonId
  readonly byName: string
}

export interface AskedCommands {
  readonly ids: readonly CommandId[]
  readonly fresh: readonly CommandId[]
}

/** Every command that was asked of a site, and where it is. */
export class Journal {
  readonly #sql
  readonly #now
  /**
   * What was asked up to here was asked before a start. A disk that was replaced by an older copy looks no different then:
   * that something is queued says nothing of whether it was sent since.
   */
  readonly unsureUpTo: number

  /** @param unsureUpTo as it was when the oldest socket was opened that outlived the sleep before; `null` after a start */
  constructor(sql: SqlStorage, now: () => number, unsureUpTo: number | null) {
    this.#sql = sql
    this.#now = now
    this.unsureUpTo =
      unsureUpTo ?? sql.exec<{ at: number | null }>('SELECT max(rowid) AS at FROM command').one().at ?? 0
  }

  /** Writes commands down, `null` when an id was used for something else. A repeat is the entry that there is. */
  ask(asking: Asking, relayOf: (miner: MinerId) => RelayId | null): AskedCommands | null {
    const command = JSON.stringify(asking.command)
    const known = new Map(asking.miners.map(({ id }) => [id, this.#find(id)]))
    const clash = asking.miners.some(({ id, miner }) => {
      const row = known.get(id)
      return row !== undefined && (row.miner !== miner || row.command !== command)
    })
    if (clash || known.size < asking.miners.length) return null
    const fresh = asking.miners.filter(({ id }) => known.get(id) === undefined)
    for (const { id, miner } of fresh) {
      insert(this.#sql, { id, miner, command, asking, relay: relayOf(miner), now: this.#now() })
    }
    if (fresh.length > 0) pruneCommands(this.#sql, this.#now())
    return { ids: [...known.keys()], fresh: fresh.map(({ id }) => id) }
  }

  /** Commands that wait for a relay, oldest first, as they would go to it now. */
  queued(relay: RelayId, limit: number): CommandOrder[] {
    const query = `SELECT * FROM command WHERE ${open} AND relay = ? AND state = 'queued' ORDER BY rowid LIMIT ?`
    const rows = this.#sql.exec<Row>(query, relay, limit).toArray()
    return rows.map(row => orderOf(row, this.#now()))
  }

  /** Commands that a relay was sent and has told no result of, oldest first, as they would go to it in an epoch. */
  underWay(relay: RelayId, epoch: number): CommandOrder[] {
    const query = `SELECT * FROM command WHERE ${open} AND relay = ? AND state <> 'queued' ORDER BY rowid`
    const rows = this.#sql.exec<Row>(query, relay).toArray()
    return rows.map(row => ({ ...orderOf(row, this.#now()), again: row.epoch !== epoch }))
  }

  /** True when it was queued, and goes out now. */
  sent(id: CommandId, relay: RelayId, epoch: number): boolean {
    const row = this.#find(id)
    if (row?.relay !== relay || row.state !== 'queued') return false
    this.#sql.exec("UPDATE command SET state = 'sent', epoch = ? WHERE id = ?", epoch, id)
    return true
  }

  /** True when the relay has it in its journal, and we did not know. */
  accepted(id: CommandId, relay: RelayId): boolean {
    const row = this.#find(id)
    if (row?.relay !== relay || (row.state !== 'queued' && row.state !== 'sent')) return false
    this.#sql.exec("UPDATE command SET state = 'accepted' WHERE id = ?", id)
    return true
  }

  /**
   * The one result of a command [C1]; false when it has one, or is not ours. A relay that has a result of what expired
   * here was asked: our disk is an older copy, which had it queued.
   */
  end(relay: RelayId, { id, outcome, endedAt }: CommandResult): boolean {
    const row = this.#find(id)
    if (row?.relay !== relay || !(isOpen(row.state) || row.outcome === JSON.stringify(expired))) return false
    this.#close(id, outcome, endedAt)
    return true
  }

  /** Ends what is queued past its time to live. */
  expire(): CommandId[] {
    const query = `SELECT * FROM command WHERE ${open} AND state = 'queued' AND expiresAt <= ?`
    return this.#closeAll(this.#sql.exec<Row>(query, this.#now()).toArray(), expired)
  }

  /** What a relay that is gone for good leaves: it may have acted on what was sent [C2]. */
  abandon(relay: RelayId): CommandId[] {
    const rows = this.#sql.exec<Row>(`SELECT * FROM command WHERE ${open} AND relay = ?`, relay).toArray()
    const queued = rows.filter(row => row.state === 'queued')
    const sent = rows.filter(row => row.state !== 'queued')
    return [...this.#closeAll(queued, expired), ...this.#closeAll(sent, abandoned)]
  }

  /** Another box speaks for this relay now: the one of before may have acted on what it was sent [C2]. */
  interrupt(relay: RelayId): CommandId[] {
    const query = `SELECT * FROM command WHERE ${open} AND relay = ? AND state <> 'queued'`
    return this.#closeAll(this.#sql.exec<Row>(query, relay).toArray(), takenOver)
  }

  /**
   * A box speaks under a term that is new here, and another may have before: what is queued and was asked before a start
   * may have been sent to that one. It goes out as sent again: who does not know it does not begin it [C2].
   */
  doubt(relay: RelayId): CommandId[] {
    const query = `UPDATE command SET state = 'sent', epoch = 0
      WHERE ${open} AND relay = ? AND state = 'queued' AND rowid <= ? RETURNING id`
    const rows = this.#sql.exec<{ id: CommandId }>(query, relay, this.unsureUpTo).toArray()
    return rows.map(row => row.id)
  }

  /** When the next queued command expires. */
  nextExpiry(): number | null {
    const query = `SELECT min(expiresAt) AS at FROM command WHERE ${open} AND state = 'queued'`
    return this.#sql.exec<{ at: number | null }>(query).one().at
  }

  entries(ids: readonly CommandId[]): CommandEntry[] {
    return ids.flatMap(id => this.#find(id) ?? []).map(entryOf)
  }

  /** Newest first. */
  recent(limit: number, miner?: MinerId): CommandEntry[] {
    const rows =
      miner === undefined
        ? this.#sql.exec<Row>('SELECT * FROM command ORDER BY rowid DESC LIMIT ?', limit)
        : this.#sql.exec<Row>('SELECT * FROM command WHERE miner = ? ORDER BY rowid DESC LIMIT ?', miner, limit)
    return rows.toArray().map(entryOf)
  }

  #find(id: CommandId): Row | undefined {
    return this.#sql.exec<Row>('SELECT * FROM command WHERE id = ?', id).toArray()[0]
  }

  #close(id: CommandId, outcome: Outcome, endedAt: number): void {
    const update = 'UPDATE command SET state = ?, outcome = ?, endedAt = ? WHERE id = ?'
    this.#sql.exec(update, outcome.kind, JSON.stringify(outcome), endedAt, id)
  }

  #closeAll(rows: readonly Row[], outcome: Outcome): CommandId[] {
    for (const { id } of rows) this.#close(id, outcome, this.#now())
    return rows.map(row => row.id)
  }
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
  /** Of the relay, when it was sent. */
  epoch: number
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
const takenOver: Outcome = {
  kind: 'unknown',
  code: 'interrupted',
  text: 'The box that was asked lost the lease before it told the result. It may have acted; look at the miner.',
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
  // A clock that was set back leaves no more than there was: a relay takes no longer time to live, and no such message.
  const ttlMs = Math.max(0, Math.min(expiresAt - now, expiresAt - askedAt))
  return { id, miner, command: entryOf(row).command, by: person, byName, askedAt, ttlMs }
}
