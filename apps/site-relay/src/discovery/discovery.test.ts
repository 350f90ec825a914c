import { expect, test } from 'vitest'
import { aFound, aReading, idOf } from '../fleet/builders.ts'
import { createConversations } from '../fleet/conversation.ts'
import { createFleet } from '../fleet/fleet.ts'
import { createInventory, type Found } from '../fleet/inventory.ts'
import { createLiveTables } from '../fleet/live-tables.ts'
import { createDiscovery } from './discovery.ts'

const addresses = ['127.0.1.1', '127.0.1.2']
const macs = ['30:AE:A4:00:00:01', '30:AE:A4:00:00:02']

/** A network of two machines: `at` says whose MAC answers at an address. */
function network() {
  const at = new Map(addresses.map((address, n) => [address, macs[n] ?? '']))
  const machine = (address: string): Found & { reading: NonNullable<Found['reading']> } => {
    const mac = at.get(address) ?? ''
    return { ...aFound({ address, mac }), reading: aReading({ mac }) }
  }
  return { at, machine }
}

test('two miners that swapped addresses are both found again, without waiting for the next scan', async () => {
  const { at, machine } = network()
  let ids = 0
  const fleet = createFleet({
    inventory: createInventory({ miners: [], cohorts: [] }, () => idOf((ids += 1))),
    tables: createLiveTables(),
    onPlaced: () => {},
    onReading: () => {},
  })
  const ending = new AbortController()
  const scanned: (() => void)[] = []
  const nextScan = () => new Promise<void>(resolve => scanned.push(resolve))
  const discovery = createDiscovery({
    fleet,
    conversations: createConversations(),
    targets: addresses.map(address => ({ range: 'test', address, ports: {} })),
    limits: { probesPerSecond: 1000, identifiesAtOnce: 2 },
    scanEveryMs: 300_000,
    clock: {
      now: () => 0,
      // The least pause passes at once; the wait for the next scan lasts until it is sought.
      sleep: async (ms, signal) => {
        if (ms > 30_000 && !signal.aborted) await new Promise(resolve => signal.addEventListener('abort', resolve))
      },
    },
    probe: async () => 'open',
    identify: async ({ address }) => ({ kind: 'miner', found: machine(address) }),
    read: async ({ address }) => ({ kind: 'read', found: machine(address) }),
    note: () => {},
    onFound: () => {},
    now: () => 0,
    signal: ending.signal,
    onScan: () => scanned.shift()?.(),
  })
  const first = nextScan()
  const running = discovery.run()
  await first
  expect(fleet.inventory.all().map(({ id, address, mac }) => [id, address, mac])).toEqual([
    [idOf(1), addresses[0], macs[0]],
    [idOf(2), addresses[1], macs[1]],
  ])

  at.set(addresses[0] ?? '', macs[1] ?? '').set(addresses[1] ?? '', macs[0] ?? '')
  const second = nextScan()
  discovery.stranger(machine(addresses[0] ?? ''))
  await second
  expect(fleet.inventory.all().map(({ id, address, mac }) => [id, address, mac])).toEqual([
    [idOf(1), addresses[1], macs[0]],
    [idOf(2), addresses[0], macs[1]],
  ])
  ending.abort()
  await running
})
