import type { CommandId } from '@headframe/protocol'
import type { DatabaseSync } from 'node:sqlite'
import type { Park } from '../relay/miners.ts'
import type { CommandRow } from './control-rules.ts'

/** Watches what commands come to, on the relay's disk, at controls and at miners. */
export interface CommandRules {
  /** The journal of a box was written to. */
  readonly journaled: (box: string, db: DatabaseSync) => void
  /** There are two boxes: control ends what one was asked once the other takes over. */
  readonly takeTurns: () => void
  /** The disk of a box is an older copy: control may end what it does not remember. */
  readonly boxRestored: (box: string, db: DatabaseSync) => void
  /** A command reached a box. */
  readonly arrived: (order: { readonly id: CommandId; readonly ttlMs: number }) => void
  /** Until when it may begin, in true time: counted from when it first reached a box. */
  readonly lastMoment: (id: CommandId) => number
  /** A control's disk is an older copy: what it says of a command that it queued before is not known to be so. */
  readonly controlRestored: (control: string, rows: ReadonlyMap<string, CommandRow>) => void
  /** It was begun, of which box and control were both restored to before: nobody can know [C2]. */
  readonly isForgotten: (id: CommandId) => boolean
  readonly compare: (control: string, rows: ReadonlyMap<string, CommandRow>) => void
  /** All is told: a control that was restored knows of what it did not have queued any more when it was asked. */
  readonly settled: (control: string, rows: ReadonlyMap<string, CommandRow>) => void
}

export interface CommandRulesDeps {
  readonly park: () => Park
  /** True time. */
  readonly now: () => number
  readonly violated: (rule: string, text: string) => void
}

interface Outcome {
  readonly kind: string
  readonly code: string | null
}

export function createCommandRules({ park, now, violated }: CommandRulesDeps): CommandRules {
  const results = new Map<string, string>()
  const byBox = new Map<string, Map<string, string>>()
  const lastMoments = new Map<string, number>()
  const older = new Set<string>()
  /** Begun, and not in the journal of a box or queued at a control, after these were restored. */
  const forgottenBy = { box: new Set<CommandId>(), control: new Set<CommandId>() }
  let takesTurns = false
  let wasRestored = false

  function read(db: DatabaseSync): Map<string, string> {
    const rows = db.prepare('SELECT id, result FROM commands WHERE result IS NOT NULL').all()
    return new Map(rows.map(row => [String(row['id']), outcomeText(String(row['result']))]))
  }

  const isForgotten = (id: CommandId) => forgottenBy.box.has(id) && forgottenBy.control.has(id)

  /** What a result says was not sent was not; what it says was done was. */
  function judge(id: CommandId, { kind }: Outcome): void {
    const begun = park().begun.get(id) ?? 0
    const acted = park().acted.get(id) ?? 0
    if (acted > 1 && !isForgotten(id)) violated('C2', `${id} acted ${acted} times`)
    if ((kind === 'refused' || kind === 'expired') && begun > 0) violated('C2', `${id} is ${kind}, and was begun`)
    if (kind === 'done' && acted === 0) violated('C2', `${id} is done, and never acted`)
  }

  return {
    journaled: (box, db) => {
      const before = byBox.get(box) ?? new Map<string, string>()
      const now = read(db)
      for (const [id, result] of before) {
        if (now.get(id) !== result && now.has(id)) violated('C1', `${id} had a result at the relay and has another`)
        if (!now.has(id)) violated('C1', `the result of ${id} is gone`)
      }
      byBox.set(box, now)
      for (const [id, result] of now) results.set(id, result)
    },
    takeTurns: () => {
      takesTurns = true
    },
    boxRestored: (box, db) => {
      wasRestored = true
      byBox.delete(box)
      const known = db.prepare('SELECT id FROM commands')
      const ids = new Set(known.all().map(row => String(row['id'])))
      for (const id of park().begun.keys()) if (!ids.has(id)) forgottenBy.box.add(id)
    },
    arrived: ({ id, ttlMs }) => {
      if (!lastMoments.has(id)) lastMoments.set(id, now() + ttlMs)
    },
    lastMoment: id => lastMoments.get(id) ?? 0,
    controlRestored: (control, rows) => {
      older.add(control)
      for (const id of park().begun.keys()) if (rows.get(id)?.state === 'queued') forgottenBy.control.add(id)
    },
    isForgotten,
    compare: (control, rows) => compare(control, rows, () => older.has(control)),
    settled: (control, rows) => compare(control, rows, id => forgottenBy.box.has(commandIdOf(id))),
  }

  function compare(control: string, rows: ReadonlyMap<string, CommandRow>, mayBeOlder: (id: string) => boolean): void {
    for (const { id, outcome } of rows.values()) {
      if (outcome === null) continue
      const said: Outcome = JSON.parse(outcome)
      if (said.kind === 'expired' && mayBeOlder(id)) continue
      const result = results.get(id)
      const endedHere = said.code === 'interrupted' && (takesTurns || wasRestored)
      const endedAgain = result?.endsWith(' interrupted') === true && wasRestored
      if (result !== undefined && result !== canonical(said) && !endedHere && !endedAgain)
        violated('C1', `${id} is ${result} at the relay, ${outcome} at ${control}`)
      judge(commandIdOf(id), said)
    }
  }
}

const commandIdOf = (id: string): CommandId => JSON.parse(JSON.stringify(id))
const outcomeText = (result: string) => canonical(JSON.parse(result).outcome)
const canonical = ({ kind, code }: Outcome) => `${kind} ${code}`
