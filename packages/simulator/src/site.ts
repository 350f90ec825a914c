import { addressAfter, workerOf } from './address.ts'
import { demoFaults } from './demo-faults.ts'
import { doorsOf } from './doors.ts'
import type { FaultName, FaultOptions } from './fault.ts'
import { identityOf } from './identity.ts'
import { SimulatedMiner, type MinerDeps, type MinerState } from './miner.ts'
import { demoMix } from './mix.ts'
import type { Family, Model } from './model.ts'
import { modelOf } from './models.ts'
import type { PoolSetting } from './pool.ts'
import { uniform } from './random.ts'
import { poissonShares, type StartShares } from './shares.ts'
import { siteSettings, type ParsedSiteSettings, type SiteSettings } from './site-settings.ts'
import { stratumShares } from './stratum-shares.ts'
import { realWorld, type World } from './world.ts'

export interface SimulatedSite {
  readonly miners: readonly SiteMiner[]
  readonly ports: Readonly<Record<80 | 4028 | 4433, number>>
  miner(address: string): SiteMiner | null
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
  const machines: SimulatedMiner[] = []
  const minerDeps: MinerDeps = {
    ...world,
    startShares: deps.startShares ?? sharesOf(asked, world.now),
    lease: wanted => lease(machines, asked.firstAddress, wanted),
  }
  machines.push(...planned(asked).map((plan, index) => machineOf(plan, { asked, index, deps: minerDeps })))
  const miners = machines.map(outside)
  let callOffFaults = () => {}
  const close = async () => {
    callOffFaults()
    await Promise.all(machines.map(machine => machine.close()))
  }
  try {
    await startAll(machines)
    await applyFaults(miners, asked)
    if (asked.demoFaults) callOffFaults = await demoFaults(miners, world)
  } catch (error) {
    await close()
    throw error
  }
  return { miners, ports: asked.ports, miner: address => miners.find(each => each.address === address) ?? null, close }
}

function sharesOf(asked: ParsedSiteSettings, now: () => number): StartShares {
  return asked.stratum ? stratumShares(asked.sharesPerMinute) : poissonShares(asked.sharesPerMinute, now)
}

interface Plan {
  readonly model: Model
  readonly address: string | undefined
  readonly writeApi: boolean
}

function planned(asked: ParsedSiteSettings): readonly Plan[] {
  return typeof asked.miners === 'number'
    ? demoMix(asked.miners).map(model => ({ model, address: undefined, writeApi: true }))
    : asked.miners.map(({ model, address, writeApi }) => ({ model: modelOf(model), address, writeApi }))
}

const dayMs = 86_400_000

function machineOf(plan: Plan, of: { asked: ParsedSiteSettings; index: number; deps: MinerDeps }): SimulatedMiner {
  const { asked, index, deps } = of
  const address = plan.address ?? addressAfter(asked.firstAddress, index)
  const identity = identityOf(plan.model, { seed: asked.seed, index, writeApi: plan.writeApi })
  return new SimulatedMiner(
    {
      identity,
      model: plan.model,
      address,
      pools: asked.pools.map(pool => named(pool, workerOf(address))),
      rebootMs: asked.rebootMs,
      uptimeMs: Math.round((0.05 + 20 * uniform({ seed: identity.seed, channel: 700 })) * dayMs),
      ports: asked.ports,
      doors: inside => doorsOf(plan.model, inside),
    },
    deps,
  )
}

function named(pool: PoolSetting, worker: string): PoolSetting {
  return { ...pool, user: pool.user.replace('{worker}', worker) }
}

// Some at a time: each waits for a few system calls only.
async function startAll(machines: readonly SimulatedMiner[]): Promise<void> {
  for (let first = 0; first < machines.length; first += 200) {
    await Promise.all(machines.slice(first, first + 200).map(machine => machine.start()))
  }
}

async function applyFaults(miners: readonly SiteMiner[], asked: ParsedSiteSettings): Promise<void> {
  if (typeof asked.miners === 'number') return
  await Promise.all(
    asked.miners.map(async (request, index) => {
      if (request.fault !== undefined) await miners[index]?.setFault(request.fault, request.faultOptions)
    }),
  )
}

function outside(machine: SimulatedMiner): SiteMiner {
  const { identity, model } = machine.setup
  return {
    id: identity.id,
    get address() {
      return machine.address
    },
    family: model.family,
    model: model.name,
    mac: identity.mac,
    serial: identity.serial,
    setFault: (name, options) => machine.setFault(name, options),
    reboot: () => machine.reboot(),
    state: () => machine.state(),
  }
}

function lease(machines: readonly SimulatedMiner[], first: string, wanted: string | undefined): string {
  const taken = new Set(machines.map(machine => machine.address))
  if (wanted !== undefined && taken.has(wanted)) throw new Error(`${wanted} is the address of another miner`)
  let by = machines.length
  while (taken.has(addressAfter(first, by))) by += 1
  return wanted ?? addressAfter(first, by)
}

function rethrow(error: unknown): void {
  throw error
}
