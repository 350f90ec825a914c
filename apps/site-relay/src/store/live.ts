import { createFollower, decodeFrame, encodeFrame, relayId, type LiveTable } from '@headframe/protocol'
import type { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'

interface CohortTable {
  readonly cohort: number
  readonly table: LiveTable
}

/** The live tables as they were a little while ago: after a start, values are shown with their age and not as unknown [T1]. */
export interface LiveStore {
  readonly save: (tables: readonly CohortTable[], at: number) => void
  readonly load: () => CohortTable[]
}

export function createLiveStore(db: DatabaseSync): LiveStore {
  const save = db.prepare(
    'INSERT INTO live (cohort, frame) VALUES (?, ?) ON CONFLICT (cohort) DO UPDATE SET frame = excluded.frame',
  )
  return {
    save: (tables, at) => {
      for (const { cohort, table } of tables) {
        const header = { ...nobody, cohort, at }
        save.run(cohort, encodeFrame({ header, base: null, table }))
      }
    },
    load: () => db.prepare('SELECT cohort, frame FROM live').all().flatMap(tableOf),
  }
}

/** A keyframe that never travels needs no name. */
const nobody = {
  relay: relayId.parse('relay_00000000'),
  epoch: 1,
  seq: 1,
  baseEpoch: 0,
  baseSeq: 0,
  advanceS: 0,
}

const liveRow = z.object({ cohort: z.number().int(), frame: z.instanceof(Uint8Array) })

/** One that cannot be read is left out: its miners wait for their first poll, and nothing is lost. */
function tableOf(row: unknown): CohortTable[] {
  const { cohort, frame } = liveRow.parse(row)
  const decoded = decodeFrame(frame)
  if (!decoded.ok) return []
  const follower = createFollower()
  follower.beat(decoded.frame)
  return follower.table ? [{ cohort, table: follower.table }] : []
}
