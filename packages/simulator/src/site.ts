import { demoFaults } from './demo-faults.ts'
import type { FaultName, FaultOptions } from './fault.ts'
import { faultShare, type ShareFault } from './fault-share.ts'
import { SimulatedMiner } from './miner.ts'
import type { MinerDeps, MinerState } from './miner-setup.ts'
import type { Family } from './model.ts'
import { listenerEach, listenerForAll } from './network.ts'
import { planSite } from './plan.ts'
import { createRoster, inBatches, type Roster } from './roster.ts'
import { poissonShares, type StartShares } from './shares.ts'
import { siteSettings, type ParsedSiteSettings, type SiteSettings } from './site-settings.ts'
import { stratumShares } from './stratum-shares.ts'
import { countVisits, visitAges, type VisitCounts } from './visits.ts'
import { realWorld, type World } from './world.ts'

export interface SimulatedSite {
  readonly count: number
  /** All of them: at a large site `at` and `miner` make only the one that is wanted. */
  readonly miners: readonly SiteMiner[]
  readonly ports: Readonly<Record<80 | 4028 | 4433, number>>
  at(index: number): SiteMiner
  miner(address: string): SiteMiner | null
  /** Gives how many miners have the fault now, or were healed of theirs. */
  setFaults(fault: ShareFault): Promise<number>
  /** How often miners were asked; `ages`: by whole seconds since each was asked last. */
  visits(): VisitCounts & { readonly ages: readonly number[] }
  close(): Promise<void>
}

/** A miner of the site, as tests and the fault control see it. */
export interface SiteMiner {
  readonly id: string
  /** Where it is now: `dhcp-move` changes it. */
  readonly address: string
  readonly family: Family
  readonly model: string
  readonly mac: string
  readonly serial: string
  setFault(name: FaultName | null, options?: FaultOptions): Promise<void>
  /** As its power button would. */
  reboot(): void
  state(): MinerState
}

export interface SiteDeps extends World {
  readonly startShares: StartShares
  readonly failed: (error: unknown) => void
}

/** A whole site on loopback: every miner answers on its own address. */
export async function startSite(settings: SiteSettings, deps: Partial<SiteDeps> = {}): Promise<SimulatedSite> {
  const asked = siteSettings.parse(settings)
  const world = { ...realWorld, failed: rethrow, ...deps }
  const ground = { listen: world.listen, ports: asked.ports }
  const network = asked.oneListener ? listenerForAll(ground) : listenerEach(ground)
  const startShares = deps.startShares ?? sharesOf(asked, world.now)
  const visits = countVisits(world.now)
  const roster = rosterOf(asked, { ...world, network, startShares, visits })
  const all = () => Array.from({ length: roster.count }, (_, index) => roster.at(index))
  let callOffFaults = () => {}
  const close = async () => {
    callOffFaults()
    await Promise.all(roster.made().map(miner => miner.close()))
    await network.close()
  }
  try {
    await network.open(roster.find)
    if (!asked.oneListener) await inBatches(all(), miner => miner.start())
    await applyFaults(roster, asked)
    if (asked.demoFaults) callOffFaults = await demoFaults(all(), world)
  } catch (error) {
    await close()
    throw error
  }
  return {
    count: roster.count,
    get miners() {
      return all()
    },
    ports: asked.ports,
    at: roster.at,
    miner: roster.find,
    visits: () => ({
      ...visits.counts(),
      ages: visitAges(
        roster.made().map(miner => miner.visited),
        world.now(),
      ),
    }),
    setFaults: fault => faultShare(roster, fault),
    close,
  }
}

function sharesOf(asked: ParsedSiteSettings, now: () => number): StartShares {
  return asked.stratum ? stratumShares(asked.sharesPerMinute) : poissonShares(asked.sharesPerMinute, now)
}

function rosterOf(asked: ParsedSiteSettings, world: Omit<MinerDeps, 'move'>): Roster {
  const plan = planSite(asked, world.now())
  const roster: Roster = createRoster(plan.homes, asked.firstAddress, index => {
    const miner = new SimulatedMiner(plan.setup(index), deps)
    // Behind one listener a miner starts when it is first looked for.
    if (asked.oneListener) miner.start().catch(world.failed)
    return miner
  })
  const deps: MinerDeps = { ...world, move: roster.move }
  return roster
}

async function applyFaults(roster: Roster, { miners }: ParsedSiteSettings): Promise<void> {
  if (typeof miners === 'number') return
  await Promise.all(
    miners.map(async ({ fault, faultOptions }, index) => {
      if (fault !== undefined) await roster.at(index).setFault(fault, faultOptions)
    }),
  )
}

function rethrow(error: unknown): void {
  throw error
}
