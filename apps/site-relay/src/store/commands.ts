import {
  commandOrder,
  commandResult,
  type CommandId,
  type CommandOrder,
  type CommandResult,
  type ControlId,
} from '@headframe/protocol'
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'

interface JournaledCommand {
  readonly control: string
  readonly order: CommandOrder
  readonly begunAt: number | null
  readonly result: CommandResult | null
}

/** The command journal [C1]: what was asked, whether it was begun, and its one result. */
export interface CommandStore {
  readonly find: (id: CommandId) => JournaledCommand | null
  readonly add: (control: ControlId, order: CommandOrder, at: number) => void
  readonly begin: (id: CommandId, at: number) => void
  readonly end: (result: CommandResult) => void
  /** Those without a result, oldest first. */
  readonly open: () => JournaledCommand[]
  /** How many of a control have a result and were never begun. */
  readonly neverBegun: (control: ControlId) => number
  /** The newest results, oldest first. */
  readonly results: () => CommandResult[]
  /** Forgets what was journaled before a time and has its result. */
  readonly forget: (before: number) => void
}

/** One is some 300 bytes, and goes as an event to every control. */
const mostResults = 1000

export function createCommandStore(db: DatabaseSync): CommandStore {
  const columns = 'control, command_order, begun_at, result'
  return {
    find: id => parse(db.prepare(`SELECT ${columns} FROM commands WHERE id = ?`).get(id)),
    add: (control, order, at) => {
      db.prepare('INSERT INTO commands (id, control, miner, command_order, journaled_at) VALUES (?, ?, ?, ?, ?)').run(
        order.id,
        control,
        order.miner,
        JSON.stringify(order),
        at,
      )
    },
    begin: (id, at) => {
      db.prepare('UPDATE commands SET begun_at = ? WHERE id = ?').run(at, id)
    },
    end: result => {
      db.prepare('UPDATE commands SET result = ? WHERE id = ? AND result IS NULL').run(
        JSON.stringify(result),
        result.id,
      )
    },
    open: () =>
      db
        .prepare(`SELECT ${columns} FROM commands WHERE result IS NULL ORDER BY journaled_at, id`)
        .all()
        .flatMap(row => parse(row) ?? []),
    neverBegun: control =>
      countRow.parse(
        db
          .prepare(
            'SELECT count(*) AS count FROM commands WHERE control = ? AND begun_at IS NULL AND result IS NOT NULL',
          )
          .get(control),
      ).count,
    results: () =>
      db
        .prepare('SELECT result FROM commands WHERE result IS NOT NULL ORDER BY journaled_at DESC, id DESC LIMIT ?')
        .all(mostResults)
        .map(row => commandResult.parse(JSON.parse(resultRow.parse(row).result)))
        .toReversed(),
    forget: before => {
      db.prepare('DELETE FROM commands WHERE journaled_at < ? AND result IS NOT NULL').run(before)
    },
  }
}

const countRow = z.object({ count: z.number().int() })

const commandRow = z.object({
  control: z.string(),
  command_order: z.string(),
  begun_at: z.number().int().nullable(),
  result: z.string().nullable(),
})

const resultRow = z.object({ result: z.string() })

function parse(row: unknown): JournaledCommand | null {
  if (row === undefined) return null
  const { control, command_order, begun_at, result } = commandRow.parse(row)
  return {
    control,
    order: commandOrder.parse(JSON.parse(command_order)),
    begunAt: begun_at,
    result: result === null ? null : commandResult.parse(JSON.parse(result)),
  }
}
