import { addressAfter, addressNumber } from './address.ts'
import type { SimulatedMiner } from './miner.ts'

/** Where a miner is when the simulation begins. */
export interface Homes {
  readonly count: number
  addressOf(index: number): string
  /** Who has its home there; `null`: nobody. */
  indexAt(address: string): number | null
}

/** Addresses in order from the first. */
export function homesInOrder(first: string, count: number): Homes {
  const base = addressNumber(first)
  return {
    count,
    addressOf: index => addressAfter(first, index),
    indexAt: address => {
      const index = addressNumber(address) - base
      return index >= 0 && index < count ? index : null
    },
  }
}

/** Addresses as they are told; those left out follow the first in order. */
export function homesAsTold(first: string, told: readonly (string | undefined)[]): Homes {
  const addresses = told.map((address, index) => address ?? addressAfter(first, index))
  const indexes = new Map(addresses.map((address, index) => [address, index]))
  return {
    count: addresses.length,
    addressOf: index => addresses[index] ?? '',
    indexAt: address => indexes.get(address) ?? null,
  }
}

/** The miners of a site by their place and by their address. A miner is made when it is first looked for. */
export interface Roster {
  readonly count: number
  readonly at: (index: number) => SimulatedMiner
  readonly find: (address: string) => SimulatedMiner | null
  readonly made: () => readonly SimulatedMiner[]
  /** Gives a miner an address that nobody has: the one wanted, or the next free one. */
  readonly move: (miner: SimulatedMiner, wanted: string | undefined) => string
}

/** Some at a time: each waits for a few system calls only. */
export async function inBatches<T>(all: readonly T[], run: (one: T) => Promise<void>): Promise<void> {
  for (let first = 0; first < all.length; first += 200) {
    await Promise.all(all.slice(first, first + 200).map(run))
  }
}

export function createRoster(homes: Homes, first: string, make: (index: number) => SimulatedMiner): Roster {
  const miners: (SimulatedMiner | null)[] = Array.from({ length: homes.count }, () => null)
  /** Those who are not at home. */
  const guests = new Map<string, SimulatedMiner>()
  let lastGiven = homes.count - 1
  const at = (index: number) => (miners[index] ??= make(index))
  const find = (address: string) => {
    const guest = guests.get(address)
    if (guest !== undefined) return guest
    const index = homes.indexAt(address)
    const owner = index === null ? null : at(index)
    return owner?.address === address ? owner : null
  }
  const nextFree = () => {
    do lastGiven += 1
    while (find(addressAfter(first, lastGiven)) !== null)
    return addressAfter(first, lastGiven)
  }
  return {
    count: homes.count,
    at,
    find,
    made: () => miners.filter(miner => miner !== null),
    move: (miner, wanted) => {
      if (wanted !== undefined && find(wanted) !== null) throw new Error(`${wanted} is the address of another miner`)
      const address = wanted ?? nextFree()
      guests.delete(miner.address)
      guests.set(address, miner)
      return address
    },
  }
}
