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
  /** Its disk lost them. */
  readonly beatsLost: () => void
  /** It says so to a relay now. */
  readonly told: (
    box: string,
    durable: {
      readonly events?: Cursor | undefined
      readonly beats?: readonly BeatCursor[] | undefined
    },
  ) => void
  /** Nothing is queued that expired before a time. */
  readonly checkExpiry: (before: number) => void
  /** Everything on its disk, looked at anew. */
  readonly inspect: () => void
  /** Up to where it has the events of a box. */
  readonly cursor: (box: string) => Cursor
  /** The furthest that was ever on its disk. */
  readonly furthest: (box: string) => Cursor
  readonly relay: () => RelayRow | null
  readonly commands: () => ReadonlyMap<string, CommandRow>
  /** States that a command was in. */
  readonly seen: (id: string) => ReadonlySet<string>
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
  /** The boxes of the relay, the first enrolled first. */
  readonly boxes: () => readonly ToldBy[]
  readonly frames: FrameTruth
  readonly violated: (rule: string, text: string) => void
}

/** A box, as far as it tells a control something. */
interface ToldBy {
  readonly key: string
  readonly ledger: Ledger
  /** What it no longer holds, so that nobody can be told. */
  readonly forgotten: () => Cursor
}

const nothing: Cursor = { epoch: 0, seq: 0 }
const open = new Set(['queued', 'sent', 'accepted'])

export function createControlRules(deps: ControlRulesDeps): ControlRules {
  const { name, frames } = deps
  const violated = (rule: string, text: string) => deps.violated(rule, `${name}: ${text}`)
  const cursors = new Map<string, Cursor>()
  const furthest = new Map<string, Cursor>()
  let folded: Folded = foldNothing()
  let commands = new Map<string, CommandRow>()
  const seen = new Map<string, Set<string>>()
  const changed = { relay: true, commands: true }
  /** What expired there since may have been done before: then it learns that. */
  let wasRestored = false
  const toldBeats = new Map<number, BeatCursor>()

  function relay(): RelayRow | null {
    const [row] = deps.host().disk().exec('SELECT state FROM relay').toArray()
    return row ? JSON.parse(textIn(row, 'state')) : null
  }

  function follow({ key, ledger, forgotten }: ToldBy, to: Cursor, speaker: string | undefined): void {
    const from = cursors.get(key) ?? nothing
    if (to.epoch === from.epoch && to.seq === from.seq) return
    if (after(from, to)) return violated('S1', `its cursor went back from ${show(from)} to ${show(to)}`)
    if (!ledger.has(to)) violated('S1', `it has event ${show(to)}, which was on no disk of the relay`)
    for (const entry of ledger.between(from, to)) {
      const excused = !after(entry, forgotten()) || ledger.isLost(entry)
      if (!fold(folded, entry, { host: deps.host(), excused, isOld: key !== speaker }) && !excused)
        violated('S3', `event ${show(entry)} (${entry.body.type}) is not there`)
    }
    cursors.set(key, to)
    if (after(to, furthest.get(key) ?? nothing)) furthest.set(key, to)
  }

  const speakerIn = ({ turn }: { readonly turn?: RelayRow['turn'] | undefined }) =>
    turn?.speaker ?? deps.boxes()[0]?.key

  /** A speaker's place is the relay's, the others have theirs beside it. */
  function cursorsIn({ events, turn }: RelayRow): [ToldBy, Cursor][] {
    const boxes = deps.boxes()
    const speaker = speakerIn({ turn })
    return boxes.map(box => [box, box.key === speaker ? events : (turn?.cursors[box.key] ?? nothing)])
  }

  function followCommands(): void {
    const rows = deps.host().disk().exec('SELECT id, state, outcome FROM command').toArray()
    const now = new Map(rows.map(row => [textIn(row, 'id'), commandRowOf(row)]))
    for (const [id, before] of commands) {
      const row = now.get(id)
      if (!row) violated('C1', `command ${id} is gone`)
      else if (wasRestored && before.state === 'expired' && !open.has(row.state)) continue
      else if (!open.has(before.state) && (row.state !== before.state || row.outcome !== before.outcome))
        violated('C1', `command ${id} had a result and has another: ${before.state}, ${row.state}`)
    }
    for (const [id, { state }] of now) seen.set(id, (seen.get(id) ?? new Set()).add(state))
    commands = now
  }

  function inspect(): void {
    const state = relay()
    if (!state) return
    const rows = deps.host().disk().exec('SELECT id, body FROM miner ORDER BY id').toArray()
    const is = JSON.stringify(rows.map(row => minerIn(row)))
    const expected = JSON.stringify([...folded.miners.values()].toSorted((a, b) => (a.id < b.id ? -1 : 1)))
    if (is !== expected) violated('S3', `its miners are not what it was told\n${is}\n${expected}`)
    const count = (table: string) => Number(deps.host().disk().exec(`SELECT count(*) AS n FROM ${table}`).one()['n'])
    if (count('note') !== Math.min(folded.notes, keptNotes)) violated('S2', `${count('note')} notes of ${folded.notes}`)
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
      if (state) for (const [box, to] of cursorsIn(state)) follow(box, to, speakerIn(state))
      if (changed.commands) followCommands()
      const compare = changed.commands
      changed.relay = changed.commands = false
      return compare
    },
    restored: () => {
      wasRestored = true
      toldBeats.clear()
      const state = relay()
      cursors.clear()
      for (const [box, to] of state ? cursorsIn(state) : []) cursors.set(box.key, to)
      folded = { ...foldNothing(), factsEpoch: state?.turn?.factsEpoch ?? 0 }
      for (const row of deps.host().disk().exec('SELECT * FROM miner').toArray()) {
        const miner = minerIn(row)
        folded.miners.set(miner.id, miner)
        folded.toldIn.set(miner.id, Number(row['epoch'] ?? 0))
      }
      const count = (table: string) => Number(deps.host().disk().exec(`SELECT count(*) AS n FROM ${table}`).one()['n'])
      folded.notes = count('note')
      folded.quarantined = count('quarantine')
      commands = new Map()
      followCommands()
    },
    beatsLost: () => toldBeats.clear(),
    told: (key, { events, beats }) => {
      const has = cursors.get(key) ?? nothing
      if (events && after(events, has)) violated('S1', `said ${show(events)} is durable, has ${show(has)}`)
      for (const beat of beats ?? []) toldBeats.set(beat.cohort, beat)
    },
    inspect,
    checkExpiry: before => {
      const query = "SELECT id FROM command WHERE state = 'queued' AND expiresAt < ?"
      const [late] = deps.host().disk().exec(query, before).toArray()
      if (late) violated('C1', `${textIn(late, 'id')} waits past its time to live`)
    },
    cursor: key => cursors.get(key) ?? nothing,
    furthest: key => furthest.get(key) ?? nothing,
    relay,
    commands: () => commands,
    seen: id => seen.get(id) ?? new Set(),
  }
}

interface Folded {
  readonly miners: Map<string, MinerInfo>
  readonly toldIn: Map<string, number>
  /** What an earlier epoch says of the inventory is old. */
  factsEpoch: number
  notes: number
  quarantined: number
}

/** Of one relay; the oldest go. */
const keptNotes = 1000

const foldNothing = (): Folded => ({
  miners: new Map(),
  toldIn: new Map(),
  factsEpoch: 0,
  notes: 0,
  quarantined: 0,
})

interface Folding {
  readonly host: ActorHost
  readonly excused: boolean
  /** Told by a box that acted before: what it says of the inventory is old. */
  readonly isOld: boolean
}

/** What an event does to a control. False when it left no trace there. */
function fold(folded: Folded, entry: Entry, { host, excused, isOld }: Folding): boolean {
  const { body, epoch, seq } = entry
  const has = (table: string) =>
    host.disk().exec(`SELECT 1 FROM ${table} WHERE epoch = ? AND seq = ?`, epoch, seq).toArray().length > 0
  switch (body.type) {
    case 'result':
      return true
    case 'note': {
      const there = has('note')
      if (there) folded.notes += 1
      return there
    }
    case 'miner':
    case 'minerRemoved':
    case 'inventory':
      // What was lost on the relay's disk may have been under way, or not.
      if (!isOld && epoch >= folded.factsEpoch && (!excused || leftTrace(entry, host))) foldFact(folded, entry)
      return true
    default: {
      const there = has('quarantine')
      if (there) folded.quarantined += 1
      return there
    }
  }
}

function foldFact(folded: Folded, { body, epoch }: Entry): void {
  folded.factsEpoch = epoch
  if (body.type === 'miner') {
    const miner = minerInfo.parse(body['miner'])
    folded.miners.set(miner.id, miner)
    folded.toldIn.set(miner.id, epoch)
  }
  if (body.type === 'minerRemoved') folded.miners.delete(String(body['miner']))
  if (body.type !== 'inventory') return
  const here = [...folded.miners.keys()].filter(id => (folded.toldIn.get(id) ?? 0) >= epoch)
  // Fewer than were told: then it is not known who is gone.
  if (here.length < Number(body['miners'])) return
  for (const id of folded.miners.keys()) if (!here.includes(id)) folded.miners.delete(id)
}

/** What an earlier event of the same epoch told of a miner is no trace of this one. */
function leftTrace({ body, epoch }: Entry, host: ActorHost): boolean {
  if (body.type !== 'miner') return false
  const miner = minerInfo.parse(body['miner'])
  const rows = host.disk().exec('SELECT body FROM miner WHERE id = ? AND epoch = ?', miner.id, epoch).toArray()
  return rows.some(row => JSON.stringify(minerIn(row)) === JSON.stringify(miner))
}

/** In the order of its schema, so that two can be compared as text. */
export const minerIn = (row: Row): MinerInfo => minerInfo.parse(JSON.parse(textIn(row, 'body')))

const commandRowOf = (row: Row): CommandRow => ({
  id: textIn(row, 'id'),
  state: textIn(row, 'state'),
  outcome: row['outcome'] === null ? null : textIn(row, 'outcome'),
})

const show = ({ epoch, seq }: Cursor) => `${epoch}/${seq}`
