import { createLeader, relayId, type CohortLeader, type LiveTable } from '@headframe/protocol'
import { deflateRawSync } from 'node:zlib'
import type { CohortRows } from './segment.ts'

export interface CohortTable {
  readonly cohort: number
  readonly table: LiveTable
}

/** Turns tables into the rows of one segment: first a keyframe of each cohort, then what changed since the minute before. */
export type EncodeRows = (cohort: CohortTable, at: number) => CohortRows

export function createRowEncoder(epoch: number): EncodeRows {
  const leaders = new Map<number, { readonly leader: CohortLeader; seq: number }>()
  return ({ cohort, table }, at) => {
    const kept = leaders.get(cohort) ?? { leader: createLeader({ relay: nobody, epoch, cohort }), seq: 0 }
    leaders.set(cohort, kept)
    const frame = kept.leader.beat(table, at)
    if (!frame) throw new Error('history waits for nobody')
    kept.seq += 1
    kept.leader.acked({ epoch, seq: kept.seq })
    return { cohort, deflated: deflateRawSync(frame) }
  }
}

/** A relay has another id at each control: frames get it when they are sent. */
const nobody = relayId.parse('relay_00000000')
