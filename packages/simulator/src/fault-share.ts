import type { FaultName, FaultOptions } from './fault.ts'
import type { SimulatedMiner } from './miner.ts'
import { uniform } from './random.ts'
import { inBatches, type Roster } from './roster.ts'

/** One fault, or the end of all, for a part of a site at once. */
export interface ShareFault {
  /** 0 to 1. The miners of a smaller share are among those of a larger one. */
  readonly share: number
  readonly fault: FaultName | null
  readonly options?: FaultOptions | undefined
}

/** The same share of the same site is always the same miners. Gives how many have the fault now, or were healed. */
export async function faultShare(roster: Roster, { share, fault, options }: ShareFault): Promise<number> {
  // A miner that nobody has looked for yet has no fault to be healed of.
  const candidates = fault === null ? roster.made().filter(miner => miner.fault !== null) : allOf(roster)
  const chosen = candidates.filter(miner => isIn(share, miner))
  await inBatches(chosen, miner => miner.setFault(fault, options))
  return chosen.length
}

function isIn(share: number, { setup }: SimulatedMiner): boolean {
  return uniform({ seed: setup.identity.seed, channel: 710 }) < share
}

function allOf(roster: Roster): readonly SimulatedMiner[] {
  return Array.from({ length: roster.count }, (_, index) => roster.at(index))
}
