import { workerOf } from './address.ts'
import { doorsOf } from './doors.ts'
import { identityOf } from './identity.ts'
import type { MinerSetup } from './miner-setup.ts'
import { demoMix } from './mix.ts'
import type { Model } from './model.ts'
import { modelOf } from './models.ts'
import type { PoolSetting } from './pool.ts'
import { uniform } from './random.ts'
import { homesAsTold, homesInOrder, type Homes } from './roster.ts'
import type { ParsedSiteSettings } from './site-settings.ts'

/** Which miners a site has, and where. */
export interface Plan {
  readonly homes: Homes
  setup(index: number): MinerSetup
}

/** @param beganAt when the simulation begins */
export function planSite(asked: ParsedSiteSettings, beganAt: number): Plan {
  const { models, homes } = typeof asked.miners === 'number' ? mixed(asked, asked.miners) : told(asked, asked.miners)
  return {
    homes,
    setup: index => {
      const model = models[index]
      if (model === undefined) throw new Error(`the site has no miner ${index}`)
      return setupOf({ model, index, address: homes.addressOf(index), beganAt }, asked)
    },
  }
}

interface Who {
  readonly models: readonly Model[]
  readonly homes: Homes
}

function mixed({ firstAddress }: ParsedSiteSettings, count: number): Who {
  return { models: demoMix(count), homes: homesInOrder(firstAddress, count) }
}

function told({ firstAddress }: ParsedSiteSettings, miners: readonly MinerRequest[]): Who {
  const addresses = miners.map(({ address }) => address)
  return { models: miners.map(({ model }) => modelOf(model)), homes: homesAsTold(firstAddress, addresses) }
}

type MinerRequest = Exclude<ParsedSiteSettings['miners'], number>[number]

interface Place {
  readonly model: Model
  readonly index: number
  readonly address: string
  readonly beganAt: number
}

const dayMs = 86_400_000

function setupOf({ model, index, address, beganAt }: Place, asked: ParsedSiteSettings): MinerSetup {
  const writeApi = typeof asked.miners === 'number' || asked.miners[index]?.writeApi === true
  const identity = identityOf(model, { seed: asked.seed, index, writeApi })
  return {
    identity,
    model,
    address,
    pools: asked.pools.map(pool => named(pool, workerOf(address))),
    rebootMs: asked.rebootMs,
    uptimeMs: Math.round((0.05 + 20 * uniform({ seed: identity.seed, channel: 700 })) * dayMs),
    beganAt,
    doors: inside => doorsOf(model, inside),
  }
}

function named(pool: PoolSetting, worker: string): PoolSetting {
  return { ...pool, user: pool.user.replace('{worker}', worker) }
}
