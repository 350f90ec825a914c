import type { MinerInfo } from '@headframe/protocol'

/** When each miner is to be read in full again: in between it is enough to ask for what moves. */
export interface WholeReadings {
  readonly isDue: (info: MinerInfo, now: number) => boolean
  readonly taken: (info: MinerInfo, now: number) => void
}

/** No fact of a miner that answers is older than this. */
const wholeEveryMs = 300_000
/** Spreads slots evenly over 0 to 1, however many there are: the golden ratio. */
const spread = (slot: number) => (slot * 0.618_033_988_75) % 1

export function createWholeReadings(): WholeReadings {
  const until = new Map<string, number>()
  return {
    isDue: ({ id }, now) => now >= (until.get(id) ?? -Infinity),
    // Each at an interval of its own, so that a site that was started at once is not read in full at once ever after.
    taken: ({ id, slot }, now) => void until.set(id, now + wholeEveryMs * (0.5 + spread(slot) / 2)),
  }
}
