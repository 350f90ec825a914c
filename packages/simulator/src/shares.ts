import type { Model } from './model.ts'
import { idle, type PoolSetting, type PoolShares } from './pool.ts'
import { gaussian, poisson, type Noise } from './random.ts'

/** A running search for shares: one from the start of mining to its end. */
export interface Shares {
  /** In the order of the pools. */
  pools(): readonly PoolShares[]
  stop(): Promise<void>
}

export interface Mining {
  readonly pools: readonly PoolSetting[]
  readonly address: string
  readonly seed: number
  readonly model: Model
  readonly since: number
}

export type StartShares = (mining: Mining) => Shares

/** Shares without a pool: the first one accepts them as they would come, by Poisson. */
export function poissonShares(sharesPerMinute: number, now: () => number): StartShares {
  return mining => {
    const count = counter(mining, sharesPerMinute)
    const first = mining.pools.findIndex(pool => pool.url !== '')
    return {
      pools: () => mining.pools.map((_, slot) => (slot === first ? count(now()) : idle)),
      stop: async () => {},
    }
  }
}

const stepMs = 10_000
const rejectedShare = 0.002

function counter(mining: Mining, sharesPerMinute: number): (now: number) => PoolShares {
  const accepted: Noise = { seed: mining.seed, channel: 500 }
  const rejected: Noise = { seed: mining.seed, channel: 501 }
  const perStep = (sharesPerMinute * stepMs) / 60_000
  let counted: { step: number; accepted: number; rejected: number; lastShareAt: number | null } | null = null
  return now => {
    const step = Math.floor(now / stepMs)
    counted ??= { step, ...before(mining, { now, perStep }), lastShareAt: null }
    while (counted.step < step) {
      const at: number = counted.step + 1
      const found = poisson(accepted, at, perStep)
      counted = {
        step: at,
        accepted: counted.accepted + found,
        rejected: counted.rejected + poisson(rejected, at, perStep * rejectedShare),
        lastShareAt: found > 0 ? at * stepMs : counted.lastShareAt,
      }
    }
    const { step: _, ...counts } = counted
    return { ...idle, active: true, difficulty: 65_536, ...counts }
  }
}

// A miner that ran for days before the first question is not counted step by step.
function before(mining: Mining, at: { now: number; perStep: number }): { accepted: number; rejected: number } {
  const mean = Math.max(0, (at.now - mining.since) / stepMs) * at.perStep
  const luck = gaussian({ seed: mining.seed, channel: 502 }) * Math.sqrt(mean)
  return { accepted: Math.max(0, Math.round(mean + luck)), rejected: Math.round(mean * rejectedShare) }
}
