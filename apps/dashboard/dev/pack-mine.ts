import { packInventory, type Deflate } from '@headframe/protocol'
import { generatedRelay, type Mine } from './mine.ts'

/** The inventory of a mine as control sends it: a message for each cohort, more where one is too large. */
export function packMine({ miners, cohorts }: Mine, deflate: Deflate): Uint8Array<ArrayBuffer>[] {
  const infos = miners.map(miner => miner.info)
  const ofCohort = (cohort: number) => infos.filter(info => info.cohort === cohort)
  return cohorts.flatMap((_, cohort) => packInventory(generatedRelay, ofCohort(cohort), deflate))
}
