import type { FaultName } from './fault.ts'
import type { Family } from './model.ts'
import type { SiteMiner } from './site.ts'
import type { World } from './world.ts'

interface Wish {
  readonly family: Family
  readonly fault: FaultName
}

/** From the start. */
const standing: readonly Wish[] = [
  { family: 'antminer', fault: 'lost-hashboard' },
  { family: 'whatsminer', fault: 'hot' },
  { family: 'antminer', fault: 'dead-fan' },
]
/** Once they were seen: a machine that never answered is not known to be a miner. */
const falling: readonly Wish[] = [
  { family: 'whatsminer', fault: 'silent' },
  { family: 'antminer', fault: 'reboot-never-returns' },
]
const fallAfterMs = 90_000

/** What an ordinary morning brings: five of a site's miners need somebody. Returns what calls off the faults to come. */
export async function demoFaults(miners: readonly SiteMiner[], world: Pick<World, 'after'>): Promise<() => void> {
  const wishes = [...standing, ...falling]
  const chosen = wishes.map((wish, index) => choose(miners, wish, (index + 1) / (wishes.length + 1)))
  const apply = (from: number, to: number) =>
    Promise.all(wishes.slice(from, to).map((wish, index) => fail(chosen[from + index], wish)))
  await apply(0, standing.length)
  return world.after(fallAfterMs, () => void apply(standing.length, wishes.length))
}

function choose(miners: readonly SiteMiner[], { family }: Wish, share: number): SiteMiner | undefined {
  const ofFamily = miners.filter(miner => miner.family === family)
  return ofFamily[Math.floor(share * ofFamily.length)]
}

async function fail(miner: SiteMiner | undefined, { fault }: Wish): Promise<void> {
  await miner?.setFault(fault)
  if (fault === 'reboot-never-returns') miner?.reboot()
}
