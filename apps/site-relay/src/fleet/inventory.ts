import { cohortSlots, type CommandKind, type MinerId, type MinerInfo, type Reading } from '@headframe/protocol'
import { isDeepStrictEqual } from 'node:util'
import type { Evidence, KnownMiners } from '../discovery/identity.ts'
import type { Cohort } from '../store/inventory.ts'
import { infoOf } from './info.ts'

/** A machine that told who it is. The reading is null where it would tell no more. */
export interface Found extends Evidence {
  readonly make: string | null
  readonly model: string | null
  readonly commands: readonly CommandKind[]
  readonly reading: Reading | null
}

/** All miners of this relay, in memory; what changed is kept for the next write to disk. */
export interface Inventory extends KnownMiners {
  readonly get: (id: MinerId) => MinerInfo | null
  /** In slot order: sorted anew each time. */
  readonly all: () => readonly MinerInfo[]
  /** In no order. */
  readonly each: () => Iterable<MinerInfo>
  readonly size: () => number
  /** Those whose address went to another machine since the last call. */
  readonly takeDisplaced: () => readonly MinerInfo[]
  readonly cohorts: () => readonly Cohort[]
  readonly add: (found: Found, at: number) => MinerInfo
  /** Gives what a miner told about itself, and where: null when nothing of it is new. */
  readonly learn: (id: MinerId, found: Found) => MinerInfo | null
  /** Miners and cohorts that changed since they were last written. */
  readonly changes: () => { readonly miners: readonly MinerInfo[]; readonly cohorts: readonly Cohort[] }
  readonly changesWritten: () => void
}

export function createInventory(
  stored: { readonly miners: readonly MinerInfo[]; readonly cohorts: readonly Cohort[] },
  newMinerId: () => MinerId,
): Inventory {
  const miners = new Map(stored.miners.map(miner => [miner.id, miner]))
  const cohorts = new Map(stored.cohorts.map(cohort => [cohort.cohort, cohort]))
  const index = createIndex(stored.miners)
  const changed = { miners: new Set<MinerId>(), cohorts: new Set<number>() }
  const displaced: MinerInfo[] = []

  function put(info: MinerInfo): MinerInfo {
    const holder = info.address === '' ? undefined : index.address.get(info.address)
    if (holder !== undefined && holder !== info.id) displace(holder)
    index.replace(miners.get(info.id), info)
    miners.set(info.id, info)
    changed.miners.add(info.id)
    return info
  }

  /** Another machine has its address now; where it is itself, nobody knows. */
  function displace(id: MinerId): void {
    const info = miners.get(id)
    if (info) displaced.push(put({ ...info, address: '' }))
  }

  function takeSlot(driver: string): { cohort: number; slot: number } {
    const open = [...cohorts.values()].find(each => each.driver === driver && each.slots < cohortSlots)
    const taken = open ?? { cohort: Math.max(-1, ...cohorts.keys()) + 1, driver, slots: 0 }
    cohorts.set(taken.cohort, { ...taken, slots: taken.slots + 1 })
    changed.cohorts.add(taken.cohort)
    return { cohort: taken.cohort, slot: taken.slots }
  }

  const pick = (ids: Iterable<MinerId> | undefined) => [...(ids ?? [])].flatMap(id => miners.get(id) ?? [])
  return {
    get: id => miners.get(id) ?? null,
    all: () => [...miners.values()].toSorted((a, b) => a.cohort - b.cohort || a.slot - b.slot),
    each: () => miners.values(),
    size: () => miners.size,
    takeDisplaced: () => displaced.splice(0),
    cohorts: () => [...cohorts.values()],
    at: address => pick([index.address.get(address)].flatMap(id => id ?? []))[0] ?? null,
    withMac: mac => pick(index.mac.get(mac)),
    withSerial: serial => pick(index.serial.get(serial)),
    add: (found, at) => put(infoOf(found, { id: newMinerId(), ...takeSlot(found.driver), addedAt: at, before: null })),
    learn: (id, found) => {
      const before = miners.get(id)
      if (!before) return null
      // A cohort holds one kind of machine: with another firmware the miner gets another slot.
      const at = before.driver === found.driver ? before : takeSlot(found.driver)
      const info = infoOf(found, { id, cohort: at.cohort, slot: at.slot, addedAt: before.addedAt, before })
      return isDeepStrictEqual(info, before) ? null : put(info)
    },
    changes: () => ({
      miners: pick(changed.miners),
      cohorts: [...changed.cohorts].flatMap(cohort => cohorts.get(cohort) ?? []),
    }),
    changesWritten: () => {
      changed.miners.clear()
      changed.cohorts.clear()
    },
  }
}

function createIndex(miners: readonly MinerInfo[]) {
  const address = new Map<string, MinerId>()
  const mac: Index = new Map()
  const serial: Index = new Map()
  const remove = (info: MinerInfo) => {
    if (address.get(info.address) === info.id) address.delete(info.address)
    removeFrom(mac, info.mac, info.id)
    removeFrom(serial, info.serial, info.id)
  }
  const add = (info: MinerInfo) => {
    if (info.address !== '') address.set(info.address, info.id)
    addTo(mac, info.mac, info.id)
    addTo(serial, info.serial, info.id)
  }
  miners.forEach(add)
  return {
    address,
    mac,
    serial,
    replace: (before: MinerInfo | undefined, info: MinerInfo) => {
      if (before) remove(before)
      add(info)
    },
  }
}

/** Arrays, nearly all of one: sets would be most of what the index weighs. */
type Index = Map<string, readonly MinerId[]>

function addTo(index: Index, key: string | null, id: MinerId): void {
  if (key !== null && key !== '') index.set(key, [...(index.get(key) ?? []), id])
}

function removeFrom(index: Index, key: string | null, id: MinerId): void {
  const left = index.get(key ?? '')?.filter(each => each !== id)
  if (!left || key === null) return
  if (left.length === 0) index.delete(key)
  else index.set(key, left)
}
