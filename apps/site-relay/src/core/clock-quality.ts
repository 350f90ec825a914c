import type { ClockQuality } from '@headframe/protocol'

/** 2024-01-01, UTC: no release of ours ran before. */
const firstPossibleAt = 1_704_067_200_000

export interface ClockSigns {
  /** Epoch ms. */
  readonly now: number
  /** The newest moment that an earlier start left on disk; `null` for none. */
  readonly newestAt: number | null
  /** Something on this box vouches that the clock follows others. */
  readonly isSynchronised: boolean
}

/** How good the wall clock is [T3]. One that is followed is believed even where it is behind what was written under a wrong one. */
export function clockQualityOf({ now, newestAt, isSynchronised }: ClockSigns): ClockQuality {
  if (now < firstPossibleAt) return 'wrong'
  if (isSynchronised) return 'synchronised'
  return newestAt !== null && now < newestAt ? 'wrong' : 'plausible'
}
