import { minerId, type ControlId, type InventoryPlace, type MinerInfo } from '@headframe/protocol'
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'
import type { Cohort } from './inventory.ts'

/** The inventory of this relay as a control holds it, copied into that of this box while the other box keeps it. */
export interface ReplicaStore {
  /** Up to where all was copied from a control. */
  readonly place: (control: ControlId) => InventoryPlace
  readonly setPlace: (control: ControlId, place: InventoryPlace) => void
  /** True when everything that some control had was copied once. */
  readonly isCopy: () => boolean
  /**
   * Writes miners, and the cohorts that hold their slots. Whoever had their ids or their slots gives way, and with them
   * what was last read of those cohorts.
   */
  readonly put: (miners: readonly MinerInfo[]) => void
  readonly count: () => number
  /** Removes those that are not among these. */
  readonly keepOnly: (ids: ReadonlySet<string>) => void
}

const placeRow = z.object({ revision: z.number().int(), miner: minerId.nullable() })
const idRow = z.object({ id: z.string() })
const seatRow = z.object({ id: z.string(), cohort: z.number().int(), slot: z.number().int() })
const start: InventoryPlace = { revision: 0, miner: null }

export function createReplicaStore(db: DatabaseSync): ReplicaStore {
  const remove = db.prepare('DELETE FROM miners WHERE id = ? OR (cohort = ? AND slot = ?) RETURNING id, cohort, slot')
  const forgetValues = db.prepare('DELETE FROM live WHERE cohort IN (?, ?)')
  const insert = db.prepare('INSERT INTO miners (id, cohort, slot, info) VALUES (?, ?, ?, ?)')
  const saveCohort = db.prepare(
    `INSERT INTO cohorts (cohort, driver, slots) VALUES (?, ?, ?)
     ON CONFLICT (cohort) DO UPDATE SET driver = excluded.driver, slots = max(slots, excluded.slots)`,
  )
  return {
    place: control =>
      placeRow.parse(db.prepare('SELECT revision, miner FROM replica WHERE control = ?').get(control) ?? start),
    setPlace: (control, { revision, miner }) => {
      db.prepare(
        `INSERT INTO replica (control, revision, miner) VALUES (?, ?, ?)
         ON CONFLICT (control) DO UPDATE SET revision = excluded.revision, miner = excluded.miner`,
      ).run(control, revision, miner)
    },
    isCopy: () => db.prepare('SELECT 1 FROM replica LIMIT 1').get() !== undefined,
    put: miners => {
      for (const info of miners) {
        for (const row of remove.all(info.id, info.cohort, info.slot)) {
          const before = seatRow.parse(row)
          if (before.id !== info.id || before.cohort !== info.cohort || before.slot !== info.slot)
            forgetValues.run(before.cohort, info.cohort)
        }
        insert.run(info.id, info.cohort, info.slot, JSON.stringify(info))
      }
      for (const { cohort, driver, slots } of cohortsOf(miners)) saveCohort.run(cohort, driver, slots)
    },
    count: () => z.object({ count: z.number() }).parse(db.prepare('SELECT count(*) AS count FROM miners').get()).count,
    keepOnly: ids => {
      const known = db.prepare('SELECT id FROM miners').all()
      const gone = known.map(row => idRow.parse(row).id).filter(id => !ids.has(id))
      for (const id of gone) db.prepare('DELETE FROM miners WHERE id = ?').run(id)
    },
  }
}

/** As many slots as these miners need: in a box that acts none of them is given again. */
function cohortsOf(miners: readonly MinerInfo[]): Iterable<Cohort> {
  const held = new Map<number, Cohort>()
  for (const { cohort, driver, slot } of miners)
    held.set(cohort, { cohort, driver, slots: Math.max(held.get(cohort)?.slots ?? 0, slot + 1) })
  return held.values()
}
