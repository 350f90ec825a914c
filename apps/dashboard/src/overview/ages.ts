import type { Fleet } from '../live/fleet.ts'
import { allRows } from '../live/totals.ts'
import { ageAt } from '../live/values.ts'

/** Miners by the age of their last reading; they add up to all. */
export interface Ages {
  /** Within one beat. */
  readonly minute: number
  /** Not older than two beats, or two polls where those are slower. */
  readonly fresh: number
  readonly stale: number
  readonly never: number
}

const beatMs = 60_000

export function agesOf(fleet: Fleet, now: number): Ages {
  const ages = { minute: 0, fresh: 0, stale: 0, never: 0 }
  for (const row of allRows(fleet)) ages[ageClass(ageAt(fleet, row, now), row)]++
  return ages

  function ageClass(ageMs: number | null, row: number): keyof Ages {
    if (ageMs === null) return 'never'
    if (ageMs <= beatMs) return 'minute'
    return ageMs <= fleet.staleAfterMs(fleet.relayOf(row)) ? 'fresh' : 'stale'
  }
}
