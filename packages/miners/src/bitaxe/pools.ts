import type { MinerPool } from '@headframe/protocol'
import { flag, num, whole } from '../reading/number.ts'
import { inner, list, type Row } from '../reading/rows.ts'
import { kept } from '../reading/text.ts'

/** A pool as AxeOS holds it. `id` is null on firmware with one main pool and one fallback. */
export type AxePool = { readonly id: number | null; readonly url: string; readonly user: string; readonly row: Row }

/** In the order in which they are tried. Since 2.15 there is a list of pools; before, a main one and a fallback. */
export function axePools(info: Row): readonly AxePool[] {
  const rows = list(info['pools']).map(inner)
  if (rows.length === 0) return [flatPool(info, 'stratum'), flatPool(info, 'fallbackStratum')]
  const pools = rows.map((one, index) => ({ id: whole(one['id']) ?? index, ...described(one, 'stratum'), row: one }))
  const rank = (pool: AxePool) => {
    if (pool.id === num(info['primaryPoolIndex'])) return 0
    return pool.id === num(info['secondaryPoolIndex']) ? 1 : 2
  }
  return pools.toSorted((a, b) => rank(a) - rank(b))
}

function flatPool(info: Row, prefix: 'stratum' | 'fallbackStratum'): AxePool {
  return { id: null, ...described(info, prefix), row: info }
}

function described(found: Row, prefix: string): { readonly url: string; readonly user: string } {
  const host = (kept(found[`${prefix}URL`]) ?? '').replace(/^stratum\+\w+:\/\//, '')
  const port = num(found[`${prefix}Port`])
  const scheme = (num(found[`${prefix}TLS`]) ?? 0) > 0 || found[`${prefix}TLS`] === true ? 'stratum+ssl' : 'stratum+tcp'
  const full = port === null || /:\d+$/.test(host) ? host : `${host}:${port}`
  return { url: host === '' ? '' : `${scheme}://${full}`, user: kept(found[`${prefix}User`]) ?? '' }
}

/** AxeOS counts the shares of all pools together: they are told with the pool in use. */
export function axeMinerPools(info: Row): readonly MinerPool[] {
  const fallback = flag(info['isUsingFallbackStratum'])
  return axePools(info).map((pool, slot) => {
    const active = fallback === null ? null : slot === (fallback ? 1 : 0)
    return {
      slot,
      url: pool.url,
      user: pool.user,
      active,
      alive: null,
      accepted: active === true ? whole(info['sharesAccepted']) : null,
      rejected: active === true ? whole(info['sharesRejected']) : null,
      stale: null,
      difficulty: active === true ? poolDifficulty(info) : null,
    }
  })
}

function poolDifficulty(info: Row): number | null {
  const told = num(info['poolDifficulty']) ?? num(info['stratumDiff'])
  return told !== null && told > 0 ? told : null
}
