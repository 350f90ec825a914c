import type { FaultName } from './fault.ts'
import type { Family } from './model.ts'
import type { SiteMiner } from './site.ts'

interface Wish {
  readonly family: Family
  readonly fault: FaultName
}

const wishes: readonly Wish[] = [
  { family: 'antminer', fault: 'lost-hashboard' },
  { family: 'whatsminer', fault: 'hot' },
  { family: 'antminer', fault: 'dead-fan' },
  { family: 'whatsminer', fault: 'silent' },
  { family: 'antminer', fault: 'reboot-never-returns' },
]

/** What an ordinary morning brings: five of a site's miners need somebody. */
export async function demoFaults(miners: readonly SiteMiner[]): Promise<void> {
  const chosen = new Set<SiteMiner>()
  for (const [index, wish] of wishes.entries()) {
    const free = miners.filter(miner => miner.family === wish.family && !chosen.has(miner))
    const miner = free[Math.floor(((index + 1) * free.length) / (wishes.length + 1))]
    if (miner === undefined) continue
    chosen.add(miner)
    await miner.setFault(wish.fault)
    if (wish.fault === 'reboot-never-returns') miner.reboot()
  }
}
