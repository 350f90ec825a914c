import type { Model } from './model.ts'
import { idle, type PoolShares } from './pool.ts'
import type { StartShares } from './shares.ts'
import { startHasher, type HasherState } from './stratum/index.ts'

/** Shares that are really found and really submitted, from the miner's own address. */
export function stratumShares(sharesPerMinute: number): StartShares {
  return mining => {
    // A row without a url keeps its place among the pools; there is nothing to call.
    const called = mining.pools.filter(pool => pool.url !== '')
    const hasher = startHasher({
      pools: called,
      agent: agentOf(mining.model),
      seed: mining.seed,
      sharesPerMinute,
      localAddress: mining.address,
    })
    return {
      pools: () => {
        const state = hasher.state()
        return mining.pools.map(pool => sharesOf(state, called.indexOf(pool)))
      },
      stop: () => hasher.stop(),
    }
  }
}

function sharesOf(state: HasherState, index: number): PoolShares {
  const pool = state.pools[index]
  if (pool === undefined) return { ...idle, alive: false }
  return {
    active: pool.active && state.connected,
    // Backups are held for alive until one is tried in vain.
    alive: pool.alive ?? true,
    accepted: pool.accepted,
    rejected: pool.rejected,
    stale: pool.stale,
    difficulty: pool.difficulty ?? 0,
    lastShareAt: pool.lastShareAt,
  }
}

/** What a miner of this model calls itself to a pool. */
function agentOf(model: Model): string {
  switch (model.family) {
    case 'antminer':
      return `bmminer/${model.programVersion}`
    case 'whatsminer':
      return 'whatsminer/v1.1'
    case 'bitaxe':
      return `bitaxe/${model.asicModel}/${model.version}`
  }
}
