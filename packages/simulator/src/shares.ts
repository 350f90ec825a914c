import type { Model } from './model.ts'
import { idle, type PoolSetting, type PoolShares } from './pool.ts'
import { gaussian, poisson, type Noise } from './random.ts'

/** A running search for shares: one from the start of mining to its end. */
export interface Shares {
  /** In the order of the pools. */
  pools(): readonly PoolShares[]
  stop(): Promise<void>
}

interface Mining {
  readonly pools: readonly PoolSetting[]
  readonly address: string
  readonly seed: number
  readonly model: Model
  readonly since: number
  /** Shares before this are estimated; those after it are counted as they come. */
  readonly countedFrom: number
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

interface Count {
  readonly step: number
  readonly accepted: number
  readonly rejected: number
  readonly lastShareAt: number | null
}

const stepMs = 10_000
const rejectedShare = 0.002

function counter(mining: Mining, sharesPerMinute: number): (now: number) => PoolShares {
  const found: Noise = { seed: mining.seed, channel: 500 }
  const refused: Noise = { seed: mining.seed, channel: 501 }
  const perStep = (sharesPerMinute * stepMs) / 60_000
  let counted: Count = {
    step: Math.floor(mining.countedFrom / stepMs),
    ...before(mining, perStep),
    lastShareAt: null,
  }
  return now => {
    const step = Math.floor(now / stepMs)
    while (counted.step < step) {
      const at = counted.step + 1
      const luck = poisson(found, at, perStep)
      counted = {
        step: at,
        accepted: counted.accepted + luck,
        rejected: counted.rejected + poisson(refused, at, perStep * rejectedShare),
        lastShareAt: luck > 0 ? at * stepMs : counted.lastShareAt,
      }
    }
    const { accepted, rejected, lastShareAt } = counted
    return { ...idle, active: true, difficulty: 65_536, accepted, rejected, lastShareAt }
  }
}

// What it came to before the simulation is not counted step by step.
function before(mining: Mining, perStep: number): { accepted: number; rejected: number } {
  const mean = Math.max(0, (mining.countedFrom - mining.since) / stepMs) * perStep
  const luck = gaussian({ seed: mining.seed, channel: 502 }) * Math.sqrt(mean)
  return { accepted: Math.max(0, Math.round(mean + luck)), rejected: Math.round(mean * rejectedShare) }
}
