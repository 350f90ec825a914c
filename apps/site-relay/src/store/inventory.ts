import { minerInfo, type MinerInfo } from '@headframe/protocol'
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'

/** Miners, and the cohorts that hold their slots, as they are on disk. */
export interface InventoryStore {
  readonly miners: () => MinerInfo[]
  readonly count: () => number
  readonly cohorts: () => Cohort[]
  readonly saveMiner: (info: MinerInfo) => void
  readonly saveCohort: (cohort: Cohort) => void
}

const cohortRow = z.object({ cohort: z.number().int(), driver: z.string(), slots: z.number().int() })
/** `slots` counts those that were ever given. */
export type Cohort = Readonly<z.infer<typeof cohortRow>>

export function createInventoryStore(db: DatabaseSync): InventoryStore {
  const saveMiner = db.prepare(
    `INSERT INTO miners (id, cohort, slot, info) VALUES (?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET cohort = excluded.cohort, slot = excluded.slot, info = excluded.info`,
  )
  const saveCohort = db.prepare(
    `INSERT INTO cohorts (cohort, driver, slots) VALUES (?, ?, ?)
     ON CONFLICT (cohort) DO UPDATE SET slots = excluded.slots`,
  )
  return {
    // Row by row: the text of a large site is several times what is made of it.
    miners: () => Array.from(db.prepare('SELECT info FROM miners ORDER BY cohort, slot').iterate(), parseMiner),
    count: () => countRow.parse(db.prepare('SELECT count(*) AS miners FROM miners').get()).miners,
    cohorts: () =>
      db
        .prepare('SELECT cohort, driver, slots FROM cohorts ORDER BY cohort')
        .all()
        .map(row => cohortRow.parse(row)),
    saveMiner: info => {
      saveMiner.run(info.id, info.cohort, info.slot, JSON.stringify(minerInfo.parse(info)))
    },
    saveCohort: ({ cohort, driver, slots }) => {
      saveCohort.run(cohort, driver, slots)
    },
  }
}

const countRow = z.object({ miners: z.number().int() })

/** Made once: to make it for each row costs several times what reading the row does. */
const minerRow = z.object({ info: z.string() })

const parseMiner = (row: unknown) => minerInfo.parse(JSON.parse(minerRow.parse(row).info))
