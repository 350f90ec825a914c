import type { MinerId, MinerInfo, MinerPool, Reading } from '@headframe/protocol'
import type { Found } from './inventory.ts'

interface Place {
  readonly id: MinerId
  readonly cohort: number
  readonly slot: number
  readonly addedAt: number
  /** What was known until now. */
  readonly before: MinerInfo | null
}

/** What people are told of a miner. A fact that it does not repeat, for want of a password or of one answer, stays as it was known. */
export function infoOf(found: Found, { before, ...place }: Place): MinerInfo {
  const told: Partial<Reading> = found.reading ?? {}
  return {
    ...place,
    address: found.address,
    driver: found.driver,
    make: told.make ?? found.make ?? before?.make ?? null,
    model: told.model ?? found.model ?? before?.model ?? null,
    firmware: told.firmware ?? before?.firmware ?? null,
    firmwareVersion: told.firmwareVersion ?? before?.firmwareVersion ?? null,
    mac: told.mac ?? found.mac ?? before?.mac ?? null,
    serial: told.serial ?? found.serial ?? before?.serial ?? null,
    hostname: told.hostname ?? before?.hostname ?? null,
    algorithm: told.algorithm ?? before?.algorithm ?? null,
    nameplateHashrateHs: told.nameplateHashrateHs ?? before?.nameplateHashrateHs ?? null,
    pools: told.pools?.length ? poolsBySlot(told.pools) : (before?.pools ?? []),
    commands: [...found.commands],
    faultLight: told.faultLight ?? before?.faultLight ?? null,
  }
}

const mostPools = 16

/** The live column `activePool` holds a slot: the list has a place for each. */
function poolsBySlot(pools: readonly MinerPool[]): MinerInfo['pools'] {
  const slots = Math.min(mostPools, Math.max(-1, ...pools.map(pool => pool.slot)) + 1)
  return Array.from({ length: slots }, (_, slot) => {
    const pool = pools.find(each => each.slot === slot)
    return { url: pool?.url ?? null, user: pool?.user ?? null }
  })
}
