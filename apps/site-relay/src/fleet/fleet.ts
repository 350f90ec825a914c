import type { MinerId, MinerInfo, Reach, Reading } from '@headframe/protocol'
import type { Found, Inventory } from './inventory.ts'
import type { LiveTables } from './live-tables.ts'
import { packReading, unpackReading, type PackedReading } from './packed-reading.ts'
import { freshMemory, judge, type RuleMemory } from './problem-rules.ts'
import { rowOf } from './row.ts'
import { startedAtOf } from './started-at.ts'

/** All that is known of the miners of this relay now. */
export interface Fleet {
  readonly inventory: Inventory
  readonly tables: LiveTables
  readonly lastReading: (id: MinerId) => Reading | null
  /** A miner told about itself: its row, its facts and what the rules make of them follow. */
  readonly tell: (id: MinerId, found: Found) => void
  /** As `tell`, of a reading that repeats the facts that are known. */
  readonly refresh: (id: MinerId, reading: Reading) => void
  readonly add: (found: Found, at: number) => MinerInfo
  /** A miner did not answer as it should; its row stays, with its age [T1]. */
  readonly miss: (id: MinerId, reach: Exclude<Reach, 'answering'>) => void
  /** How many are in each state of reach. */
  readonly counts: () => Readonly<Record<string, number>>
}

export interface FleetDeps {
  readonly inventory: Inventory
  readonly tables: LiveTables
  /** A miner is where it was not before, or nowhere. `wasRead`: it told about itself just now. */
  readonly onPlaced: (info: MinerInfo, wasRead: boolean) => void
  /** After each reading. */
  readonly onReading: (info: MinerInfo, reading: Reading) => void
}

export function createFleet({ inventory, tables, onPlaced, onReading }: FleetDeps): Fleet {
  const readings = new Map<MinerId, PackedReading>()
  /** Of those that have anything to remember. */
  const rules = new Map<MinerId, RuleMemory>()
  for (const info of inventory.each()) openRow(tables, info)

  function write(info: MinerInfo, reading: Reading): void {
    const startedAt = startedAtOf(reading, tables.startedAt(info))
    const { problems, memory } = judge(reading, rules.get(info.id) ?? freshMemory)
    if (memory === freshMemory) rules.delete(info.id)
    else rules.set(info.id, memory)
    readings.set(info.id, packReading(reading))
    tables.write(info, rowOf(reading, { startedAt, problems }))
    onReading(info, reading)
  }

  function follow(before: MinerInfo | null, info: MinerInfo, wasRead: boolean): void {
    if (before && (before.cohort !== info.cohort || before.slot !== info.slot)) tables.clear(before)
    openRow(tables, info)
    for (const other of inventory.takeDisplaced()) {
      tables.setReach(other, 'silent')
      onPlaced(other, false)
    }
    onPlaced(info, wasRead)
  }

  return {
    inventory,
    tables,
    lastReading: id => {
      const packed = readings.get(id)
      return packed === undefined ? null : unpackReading(packed)
    },
    refresh: (id, reading) => {
      const info = inventory.get(id)
      if (info) write(info, reading)
    },
    tell: (id, found) => {
      const before = inventory.get(id)
      const learnt = inventory.learn(id, found)
      if (learnt) follow(before, learnt, found.reading !== null)
      const info = learnt ?? before
      if (info && found.reading) write(info, found.reading)
    },
    add: (found, at) => {
      const info = inventory.add(found, at)
      follow(null, info, found.reading !== null)
      if (found.reading) write(info, found.reading)
      return info
    },
    miss: (id, reach) => {
      const info = inventory.get(id)
      if (info) tables.setReach(info, reach)
    },
    counts: () => countReach(inventory, tables),
  }
}

function openRow(tables: LiveTables, info: MinerInfo): void {
  tables.open(info)
  if (info.address === '') tables.setReach(info, 'silent')
}

function countReach(inventory: Inventory, tables: LiveTables): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const info of inventory.each()) {
    const reach = tables.reach(info)
    counts[reach] = (counts[reach] ?? 0) + 1
  }
  return counts
}
