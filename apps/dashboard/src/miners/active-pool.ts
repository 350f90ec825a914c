import { columns, type MinerInfo } from '@headframe/protocol'
import type { Fleet } from '../live/fleet.ts'
import type { Part } from '../live/inventory.ts'
import { entriesHolding } from './find-text.ts'

type Pool = MinerInfo['pools'][number]

/** The pool that a miner uses now, if it tells. */
export function activePoolOf(info: MinerInfo, fleet: Fleet, row: number): Pool | undefined {
  return info.pools[fleet.codes(columns.activePool)[row] ?? -1]
}

/** Reads something of the address of each row's pool; it is found out once for each list of pools, of which there are few. */
export function activeUrlReader<T>(fleet: Fleet, of: (url: string) => T): (row: number) => T | undefined {
  const tables = new Map<Part, readonly (readonly (T | undefined)[])[]>()
  const { inventory } = fleet
  const active = fleet.codes(columns.activePool)
  const told = (url: string | null) => (url === null ? undefined : of(url))
  for (const part of inventory.parts)
    tables.set(
      part,
      part.packed.poolUrls.words.map(urls => urls.map(told)),
    )
  return row => {
    const part = inventory.partOf(row)
    const slot = active[row] ?? -1
    if (part) return tables.get(part)?.[part.packed.poolUrls.index[inventory.placeOf(row)] ?? 0]?.[slot]
    return told(inventory.single.get(row)?.pools[slot]?.url ?? null)
  }
}

/** Whether the name that a row has at its pool holds a word in lower case. */
export function activeUserTest(fleet: Fleet, word: string): (row: number) => boolean {
  const { inventory } = fleet
  const active = fleet.codes(columns.activePool)
  const holding = new Map<Part, Uint8Array>()
  for (const part of inventory.parts) holding.set(part, usersHolding(part, word))
  return row => {
    const part = inventory.partOf(row)
    const slot = active[row] ?? -1
    if (!part) return (inventory.single.get(row)?.pools[slot]?.user ?? '').toLowerCase().includes(word)
    const { firstUser } = part.packed
    const place = inventory.placeOf(row)
    const user = (firstUser[place] ?? 0) + slot
    return slot >= 0 && user < (firstUser[place + 1] ?? 0) && holding.get(part)?.[user] === 1
  }
}

function usersHolding({ packed }: Part, word: string): Uint8Array {
  const { poolUsers } = packed
  const users = new Uint8Array(poolUsers.ends.length)
  if (word === '') return users.fill(1)
  for (const user of entriesHolding(poolUsers, word)) users[user] = 1
  return users
}
