import type { MinerPool } from '@headframe/protocol'
import { difficulty, flag, notNegative, whole } from './number.ts'
import type { Row } from './rows.ts'
import { kept } from './text.ts'

/** The `pools` reply of cgminer and its relatives. The list keeps its order; empty slots stay. */
export function cgminerPools(found: readonly Row[]): readonly MinerPool[] {
  return found.slice(0, 16).map((pool, slot) => ({
    slot,
    url: kept(pool['URL']),
    user: kept(pool['User']),
    active: flag(pool['Stratum Active']),
    alive: alive(pool['Status']),
    accepted: whole(pool['Accepted']),
    rejected: whole(pool['Rejected']),
    stale: whole(pool['Stale']),
    difficulty: poolDifficulty(pool),
  }))
}

function poolDifficulty(pool: Row): number | null {
  return (
    notNegative(pool['Stratum Difficulty']) ?? difficulty(pool['Diff']) ?? notNegative(pool['Last Share Difficulty'])
  )
}

/** `Alive`, `alive`, `Dead`, `Disabled`; anything else is not known. */
export function alive(status: unknown): boolean | null {
  const word = typeof status === 'string' ? status.toLowerCase() : ''
  if (word === 'alive') return true
  return word === 'dead' || word === 'disabled' ? false : null
}
