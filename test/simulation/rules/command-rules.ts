import type { CommandId } from '@headframe/protocol'
import type { DatabaseSync } from 'node:sqlite'
import type { Park } from '../relay/miners.ts'
import type { CommandRow } from './control-rules.ts'

/** Watches what commands come to, on the relay's disk, at controls and at miners. */
export interface CommandRules {
  /** The relay's journal was written to. */
  readonly journaled: (db: DatabaseSync) => void
  /** The relay's disk is an older copy: what it does not know any more it may not do again, and tells as unknown. */
  readonly restored: (db: DatabaseSync) => void
  readonly compare: (control: string, rows: ReadonlyMap<string, CommandRow>) => void
}

interface Outcome {
  readonly kind: string
  readonly code: string | null
}

export function createCommandRules(park: Park, violated: (rule: string, text: string) => void): CommandRules {
  const results = new Map<string, string>()
  let lostJournal = false

  function read(db: DatabaseSync): Map<string, string> {
    const rows = db.prepare('SELECT id, result FROM commands WHERE result IS NOT NULL').all()
    return new Map(rows.map(row => [String(row['id']), outcomeText(String(row['result']))]))
  }

  /** What a result says was not sent was not; what it says was done was. */
  function judge(id: CommandId, { kind }: Outcome): void {
    const begun = park.begun.get(id) ?? 0
    const acted = park.acted.get(id) ?? 0
    if (acted > 1) violated('C2', `${id} acted ${acted} times`)
    if ((kind === 'refused' || kind === 'expired') && begun > 0) violated('C2', `${id} is ${kind}, and was begun`)
    if (kind === 'done' && acted === 0) violated('C2', `${id} is done, and never acted`)
  }

  return {
    journaled: db => {
      const now = read(db)
      for (const [id, result] of results) {
        if (now.get(id) !== result && now.has(id)) violated('C1', `${id} had a result at the relay and has another`)
        if (!now.has(id) && !lostJournal) violated('C1', `the result of ${id} is gone`)
      }
      for (const [id, result] of now) results.set(id, result)
    },
    restored: () => {
      lostJournal = true
    },
    compare: (control, rows) => {
      for (const { id, outcome } of rows.values()) {
        if (outcome === null) continue
        const said: Outcome = JSON.parse(outcome)
        const result = results.get(id)
        const endedHere = lostJournal && said.code === 'interrupted'
        if (result !== undefined && result !== canonical(said) && !endedHere)
          violated('C1', `${id} is ${result} at the relay, ${outcome} at ${control}`)
        judge(commandIdOf(id), said)
      }
    },
  }
}

const commandIdOf = (id: string): CommandId => JSON.parse(JSON.stringify(id))
const outcomeText = (result: string) => canonical(JSON.parse(result).outcome)
const canonical = ({ kind, code }: Outcome) => `${kind} ${code}`
