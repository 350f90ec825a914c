import { env } from 'cloudflare:workers'
import { reset, runInDurableObject } from 'cloudflare:test'
import { inflateRawSync } from 'node:zlib'
import {
  maxInflatedBytes,
  minerInRow,
  newId,
  openPacked,
  readInventory,
  siteId,
  type MinerInfo,
  type RelayId,
} from '@headframe/protocol'
import { beforeEach, expect, test } from 'vitest'
import { random } from '../random.ts'
import { minerAt } from '../test/relay.ts'
import { openInventory, type Inventory, type InventoryPlace } from './inventory.ts'

beforeEach(() => reset())

const [relay, other] = [newId('relay', random), newId('relay', random)].sort()
if (relay === undefined || other === undefined) throw new Error('two relays')

const withInventory = (check: (inventory: Inventory) => void) =>
  runInDurableObject(env.SITE.getByName(`site:${siteId.parse('site_AAAAAAAAAAAA')}`), (_actor, state) =>
    check(openInventory(state.storage.sql)),
  )

function put(inventory: Inventory, relay: RelayId, slots: readonly number[]): void {
  for (const slot of slots) inventory.put(relay, minerAt(slot), { epoch: 1, revision: 1 })
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, index) => from + index)

/** The whole of it, chunk by chunk. */
function readAll(inventory: Inventory) {
  const chunks: { readonly relay: RelayId; readonly miners: MinerInfo[]; readonly fresh: boolean }[] = []
  let place: InventoryPlace | null = null
  for (;;) {
    const chunk = inventory.chunk(place)
    if (chunk === null) return chunks
    chunks.push({ ...unpack(chunk.message!), fresh: chunk.fresh })
    place = chunk.last
  }
}

function unpack(message: Uint8Array): { relay: RelayId; miners: MinerInfo[] } {
  const opened = openPacked(message)
  const read = opened.ok && readInventory(inflateRawSync(opened.deflated, { maxOutputLength: maxInflatedBytes }))
  if (!read || !read.ok) throw new Error('no inventory')
  const { inventory } = read
  return { relay: inventory.relay, miners: range(0, inventory.count).map(row => minerInRow(inventory, row)) }
}

const freshOf = (inventory: Inventory) => readAll(inventory).map(({ fresh }) => fresh)
const slotsOf = (inventory: Inventory) => readAll(inventory).flatMap(({ miners }) => miners.map(({ slot }) => slot))

test('chunks are of one relay each, and hold all miners once', () =>
  withInventory(inventory => {
    put(inventory, relay, range(0, 1500))
    put(inventory, other, range(2000, 2010))
    const chunks = readAll(inventory)
    expect(chunks.map(({ relay, miners }) => [relay, miners.length])).toEqual([
      [relay, 1024],
      [relay, 476],
      [other, 10],
    ])
    expect(chunks.flatMap(({ miners }) => miners)).toEqual(
      [...range(0, 1500), ...range(2000, 2010)].map(slot => minerAt(slot)),
    )
  }))

test('only the chunk whose miner changed is packed anew', () =>
  withInventory(inventory => {
    put(inventory, relay, range(0, 3000))
    expect(freshOf(inventory)).toEqual([true, true, true])
    expect(freshOf(inventory)).toEqual([false, false, false])
    inventory.put(relay, minerAt(1500, { hostname: 'changed' }), { epoch: 1, revision: 2 })
    expect(freshOf(inventory)).toEqual([false, true, false])
    expect(readAll(inventory)[1]!.miners.find(({ slot }) => slot === 1500)?.hostname).toBe('changed')
  }))

test('miners that come in between or at the end, and that go, are in what is packed next', () =>
  withInventory(inventory => {
    const even = range(0, 1200).map(slot => slot * 2)
    put(inventory, relay, even)
    expect(slotsOf(inventory)).toEqual(even)
    put(inventory, relay, [7, 2001, 2400])
    inventory.remove(relay, minerAt(8).id)
    expect(slotsOf(inventory)).toEqual([...even, 7, 2001, 2400].filter(slot => slot !== 8).sort((a, b) => a - b))
    for (const slot of range(0, 1000)) inventory.remove(relay, minerAt(slot).id)
    expect(slotsOf(inventory)).toEqual([...even, 2001, 2400].filter(slot => slot >= 1000).sort((a, b) => a - b))
  }))

test('what is gone with its relay is not told', () =>
  withInventory(inventory => {
    put(inventory, relay, range(0, 10))
    put(inventory, other, range(10, 20))
    readAll(inventory)
    inventory.removeAll(relay)
    expect(slotsOf(inventory)).toEqual(range(10, 20))
  }))

test('[X2] miners of the largest size come in messages that fit', () =>
  withInventory(inventory => {
    const noise = (seed: number) =>
      String.fromCharCode(...range(0, 256).map(at => 0x4e00 + (Math.imul(seed * 256 + at, 0x9e3779b1) >>> 18)))
    const pools = (slot: number) =>
      range(0, 16).map(pool => ({ url: noise(slot * 99 + pool), user: noise(slot + pool * 77) }))
    for (const slot of range(0, 60))
      inventory.put(relay, minerAt(slot, { pools: pools(slot), model: noise(slot) }), { epoch: 1, revision: 1 })
    expect(readAll(inventory).length).toBeGreaterThan(1)
    expect(slotsOf(inventory)).toEqual(range(0, 60))
  }))
