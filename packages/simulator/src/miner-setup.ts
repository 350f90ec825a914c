import type { Fault } from './fault.ts'
import type { SimulatedMiner } from './miner.ts'
import type { Model } from './model.ts'
import type { Network } from './network.ts'
import type { PoolRow, PoolSetting } from './pool.ts'
import type { Door, Identity, Inside } from './protocol.ts'
import type { StartShares } from './shares.ts'
import type { Visits } from './visits.ts'
import type { World } from './world.ts'

/** What a simulated miner is in truth, whatever it answers. */
export interface MinerState {
  /** `off`: a reboot from which it did not return. */
  readonly phase: 'up' | 'rebooting' | 'off'
  readonly address: string
  readonly fault: Fault | null
  readonly boots: number
  readonly uptimeS: number
  readonly locating: boolean
  readonly hashrateHs: number
  readonly powerW: number
  readonly pools: readonly PoolRow[]
}

export interface MinerSetup {
  readonly identity: Identity
  readonly model: Model
  readonly address: string
  readonly pools: readonly PoolSetting[]
  readonly rebootMs: number
  /** How long it has been up when the simulation begins. */
  readonly uptimeMs: number
  /** When that is. */
  readonly beganAt: number
  readonly doors: (inside: Inside) => readonly Door[]
}

export interface MinerDeps extends Pick<World, 'now' | 'after'> {
  readonly network: Network
  readonly startShares: StartShares
  readonly visits: Visits
  /** Gives it an address of the site that no miner has: the one wanted, or the next free one. */
  move(miner: SimulatedMiner, wanted: string | undefined): string
  /** A failure outside any call, such as a port that was taken during a reboot. */
  readonly failed: (error: unknown) => void
}
