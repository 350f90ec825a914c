import { after, minerInfo, type BeatCursor, type Cursor, type MinerInfo } from '@headframe/protocol'
import type { ActorCode, RelayRow } from '../actor/code.ts'
import type { ActorHost } from '../actor/host.ts'
import { textIn, type Row } from '../actor/sql-storage.ts'
import { tablesOf, type FrameTruth } from './frames.ts'
import type { Entry, Ledger } from './ledger.ts'

/** Watches the disk of one control: after every turn it has to be what the relay told, in order, once. */
export interface ControlRules {
  /** Something was written in a turn. */
  readonly wrote: (sql: string) => void
  /** A turn was committed, or undone. True when it may have changed commands. */
  readonly committed: () => boolean
  /** The disk is an older copy now. */
  readonly restored: () => void
  /** A control said so to a relay. */
  readonly told: (durable: {
    readonly events?: Cursor | undefined
    readonly beats?: readonly BeatCursor[] | undefined
  }) => void
  /** Everything on its disk, looked at anew. */
  readonly inspect: () => void
  /** The furthest that was ever on its disk. */
  readonly furthest: () => Cursor
  readonly relay: () => RelayRow | null
  readonly commands: () => ReadonlyMap<string, CommandRow>
}

export interface CommandRow {
  readonly id: string
  readonly state: string
  readonly outcome: string | null
}

export interface ControlRulesDeps {
  readonly name: string
  readonly code: ActorCode
  readonly host: () => ActorHost
  readonly ledger: Ledger
  readonly frames: FrameTruth
  /** What is no longer held by the relay, so that nobody can be told. */
  readonly forgotten: () => Cursor
  readonly violated: (rule: string, text: string) => void
}

const nothing: Cursor = { epoch: 0, seq: 0 }
const open = new Set(['queued', 'sent', 'accepted'])

export function createControlRules(deps: ControlRulesDeps): ControlRules {
  const { name, ledger, frames } = deps
  const violated = (rule: string, text: string) => deps.violated(rule, `${name}: ${text}`)
  let cursor = nothing
  let furthest = nothing
  let folded: Folded = foldNothing()
  let commands = new Map<string, CommandRow>()
  const changed = { relay: true, commands: true }
  const toldBeats = new Map<number, BeatCursor>()

  function relay(): RelayRow | null {
    const [row] = deps.host().disk().exec('SELECT state FROM relay').toArray()
    return row ? JSON.parse(textIn(row, 'state')) : null
  }

  function follow(to: Cursor): void {
    if (to.epoch === cursor.epoch && to.seq === cursor.seq) return
    if (after(cursor, to)) return violated('S1', `its cursor went back from ${show(cursor)} to ${show(to)}`)
    if (!ledger.has(to)) violated('S1', `it has event ${show(to)}, which was on no disk of the relay`)
    const told = ledger.between(cursor, to)
    const forgotten = deps.forgotten()
    for (const entry of told) {
      const skipped = !fold(folded, entry, deps.host()) && after(entry, forgotten) && !ledger.isLost(entry)
      if (skipped) violated('S3', `event ${show(entry)} (${entry.body.type}) is not there`)
    }
    cursor = to
    if (after(to, furthest)) furthest = to
  }

  function followCommands(): void {
    const rows = deps.host().disk().exec('SELECT id, state, outcome FROM command').toArray()
    const now = new Map(rows.map(row => [textIn(row, 'id'), commandRowOf(row)]))
    for (const [id, before] of commands) {
      const row = now.get(id)
      if (!row) violated('C1', `command ${id} is gone`)
      else if (!open.has(before.state) && (row.state !== before.state || row.outcome !== before.outcome))
        violated('C1', `command ${id} had a result and has another: ${before.state}, ${row.state}`)
    }
    commands = now
  }

  function inspect(): void {
    const state = relay()
    if (!state) return
    const rows = deps.host().disk().exec('SELECT id, body FROM miner ORDER BY id').toArray()
    const is = JSON.stringify(rows.map(row => minerIn(row)))
    const expected = JSON.stringify([...folded.miners.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)))
    if (is !== expected) violated('S3', `its miners are not what it was told up to ${show(cursor)}\n${is}\n${expected}`)
    const count = (table: string) => Number(deps.host().disk().exec(`SELECT count(*) AS n FROM ${table}`).one()['n'])
    if (count('note') !== folded.notes) violated('S2', `${count('note')} notes of ${folded.notes}`)
    if (count('quarantine') !== folded.quarantined || state.quarantined < folded.quarantined)
      violated('S6', `${count('quarantine')} quarantined (${state.quarantined} counted) of ${folded.quarantined}`)
    inspectFrames(state)
  }

  function inspectFrames(state: RelayRow): void {
    const replica = deps.code.loadReplica(deps.host().disk(), state)
    const tables = tablesOf(replica.keyframes(() => true))
    for (const { table, ...place } of tables) {
      if (frames.matches(place, table) !== 'same')
        violated('S3', `its table of beat ${show(place)} of cohort ${place.cohort} is none that the relay had`)
    }
    for (const [cohort, told] of toldBeats) {
      const has = tables.find(each => each.cohort === cohort)
      if (!has || after(told, has))
        violated('S1', `beat ${show(told)} was durable, its disk has ${has ? show(has) : 'none'}`)
    }
  }

  return {
    wrote: sql => {
      changed.relay ||= /(INTO|UPDATE) relay/.test(sql)
      changed.commands ||= /(INTO|UPDATE|FROM) command/.test(sql)
    },
    committed: () => {
      const state = changed.relay ? relay() : null
      if (state) follow(state.events)
      if (changed.commands) followCommands()
      const compare = changed.commands
      changed.relay = changed.commands = false
      return compare
    },
    restored: () => {
      toldBeats.clear()
      cursor = relay()?.events ?? nothing
      folded = foldNothing()
      for (const row of deps.host().disk().exec('SELECT body FROM miner').toArray()) {
        const miner = minerIn(row)
        folded.miners.set(miner.id, miner)
      }
      const count = (table: string) => Number(deps.host().disk().exec(`SELECT count(*) AS n FROM ${table}`).one()['n'])
      folded.notes = count('note')
      folded.quarantined = count('quarantine')
      commands = new Map()
      followCommands()
    },
    told: ({ events, beats }) => {
      if (events && after(events, cursor)) violated('S1', `said ${show(events)} is durable, has ${show(cursor)}`)
      for (const beat of beats ?? []) toldBeats.set(beat.cohort, beat)
    },
    inspect,
    furthest: () => furthest,
    relay,
    commands: () => commands,
  }
}

interface Folded {
  readonly miners: Map<string, MinerInfo & { readonly id: string }>
  notes: number
  quarantined: number
}

const foldNothing = (): Folded => ({ miners: new Map(), notes: 0, quarantined: 0 })
/** Types of events that this release knows. */
const known = new Set(['miner', 'minerRemoved', 'inventory', 'result', 'note'])

/** What an event does to a control. False when it left no trace there, though it should have. */
function fold(folded: Folded, { body, epoch, seq }: Entry, host: ActorHost): boolean {
  const has = (table: string) =>
    host.disk().exec(`SELECT 1 FROM ${table} WHERE epoch = ? AND seq = ?`, epoch, seq).toArray().length > 0
  if (!known.has(body.type)) {
    folded.quarantined += 1
    return has('quarantine')
  }
  if (body.type === 'note') {
    const there = has('note')
    if (there) folded.notes += 1
    return there
  }
  if (body.type === 'miner') {
    const miner = minerInfo.parse(body['miner'])
    folded.miners.set(miner.id, miner)
  }
  if (body.type === 'minerRemoved') folded.miners.delete(String(body['miner']))
  return true
}

/** In the order of its schema, so that two can be compared as text. */
export const minerIn = (row: Row): MinerInfo => minerInfo.parse(JSON.parse(textIn(row, 'body')))

const commandRowOf = (row: Row): CommandRow => ({
  id: textIn(row, 'id'),
  state: textIn(row, 'state'),
  outcome: row['outcome'] === null ? null : textIn(row, 'outcome'),
})

const show = ({ epoch, seq }: Cursor) => `${epoch}/${seq}`
