import type { RelayId } from './ids.ts'
import type { MinerInfo } from './inventory.ts'
import { inventoryColumnIds as ids, maxInventoryRows, minerIdPrefix } from './inventory-unpack.ts'
import { maxMessageBytes } from './link/lane.ts'
import { ByteWriter } from './live/bytes.ts'
import { maxInflatedBytes, packBytes, type Deflate } from './live/packed.ts'
import { writeNumbers, writeTexts, writeWords } from './packed-columns.ts'
import { encodeText } from './text.ts'

/** Miners of a relay as packed messages of at most `maxMessageBytes`, in order: one where they fit. */
export function packInventory(
  relay: RelayId,
  miners: readonly MinerInfo[],
  deflate: Deflate,
): Uint8Array<ArrayBuffer>[] {
  if (miners.length === 0) return []
  const body = miners.length <= maxInventoryRows ? writeInventory(relay, miners) : null
  const packed = body && body.length <= maxInflatedBytes ? packBytes('inventory', body, deflate) : null
  if (packed && packed.length <= maxMessageBytes) return [packed]
  // By the limits of its schema one miner is under 100 KB.
  if (miners.length === 1) throw new Error('a miner larger than a message')
  const half = Math.ceil(miners.length / 2)
  return [miners.slice(0, half), miners.slice(half)].flatMap(part => packInventory(relay, part, deflate))
}

function writeInventory(relay: RelayId, miners: readonly MinerInfo[]): Uint8Array<ArrayBuffer> {
  const columns: [number, Uint8Array][] = []
  const body = new ByteWriter()
  const add = (id: number, write: () => void) => {
    body.clear()
    write()
    columns.push([id, body.copy()])
  }
  const texts = (field: 'address' | 'mac' | 'serial' | 'hostname') =>
    add(ids[field], () =>
      writeTexts(
        body,
        miners.map(miner => miner[field]),
      ),
    )
  const words = (field: (typeof wordFields)[number]) =>
    add(ids[field], () =>
      writeWords(
        body,
        miners.map(miner => miner[field]),
      ),
    )
  // A clock before 1970 is no time to keep.
  const numbers = (field: 'cohort' | 'slot' | 'addedAt') =>
    add(ids[field], () =>
      writeNumbers(
        body,
        miners.map(miner => Math.max(0, miner[field])),
      ),
    )

  add(ids.id, () =>
    writeTexts(
      body,
      miners.map(miner => miner.id.slice(minerIdPrefix.length)),
    ),
  )
  for (const field of ['cohort', 'slot', 'addedAt'] as const) numbers(field)
  for (const field of ['address', 'mac', 'serial', 'hostname'] as const) texts(field)
  for (const field of wordFields) words(field)
  add(ids.poolUrls, () =>
    writeWords(
      body,
      miners.map(miner => miner.pools.map(pool => pool.url)),
    ),
  )
  add(ids.poolUsers, () =>
    writeTexts(
      body,
      miners.flatMap(miner => miner.pools.map(pool => pool.user)),
    ),
  )
  return joinColumns(relay, miners.length, columns)
}

const wordFields = [
  'driver',
  'make',
  'model',
  'firmware',
  'firmwareVersion',
  'algorithm',
  'nameplateHashrateHs',
  'commands',
  'faultLight',
] as const

function joinColumns(relay: RelayId, count: number, columns: readonly [number, Uint8Array][]): Uint8Array<ArrayBuffer> {
  const writer = new ByteWriter()
  const name = encodeText(relay)
  writer.varint(name.length)
  writer.append(name)
  writer.varint(count)
  writer.varint(columns.length)
  for (const [id, body] of columns) {
    writer.varint(id)
    writer.varint(body.length)
  }
  for (const [, body] of columns) writer.append(body)
  return writer.copy()
}
