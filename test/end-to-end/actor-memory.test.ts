import { randomFillSync } from 'node:crypto'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { deflateRawSync } from 'node:zlib'
import {
  createLeader,
  decodeFrame,
  minerId,
  newId,
  packInventory,
  type Frame,
  type FrameKind,
  type LiveTable,
  type MinerInfo,
} from '@headframe/protocol'
import { expect, test } from 'vitest'
import { anInfo } from '../../apps/site-relay/src/fleet/builders.ts'
import { createNoisySite } from '../../packages/protocol/src/live/noisy-site.fixture.ts'

const miners = 100_000
const limitBytes = 24 * 1024 * 1024

/** As `LiveReplica` in apps/control-worker, whose types are for workerd. */
interface Replica {
  apply(kind: FrameKind, frames: readonly Frame[]): { readonly changed: boolean }
  tables(): readonly LiveTable[]
  cohorts(): readonly number[]
  messagesOf(cohort: number): { readonly messages: readonly Uint8Array[] }
}

const module = new URL('../../apps/control-worker/src/site/live-replica.ts', import.meta.url)
const { createLiveReplica }: { createLiveReplica: () => Replica } = await import(module.href)

const relay = newId('relay', bytes => randomFillSync(bytes))

/** A beat, and live frames of every row after it: the most that an actor holds. */
function framesOfTwoMinutes(): { readonly beat: Uint8Array[]; readonly live: Uint8Array[] } {
  const site = createNoisySite(miners)
  const [first, second] = [site.minute().tables, site.minute().tables]
  const leaders = first.map((_, cohort) => createLeader({ relay, epoch: 1, cohort }))
  const beat = leaders.map((leader, cohort) => leader.beat(first[cohort]!, 1)!)
  for (const leader of leaders) leader.acked({ epoch: 1, seq: 1 })
  return { beat, live: leaders.map((leader, cohort) => leader.live(second[cohort]!, 2)!) }
}

const decoded = (frames: readonly Uint8Array[]) =>
  frames.map(bytes => {
    const frame = decodeFrame(bytes)
    if (!frame.ok) throw new Error(frame.error.text)
    return frame.frame
  })

/** What this process holds once all garbage is gone. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc')
  const collect: () => void = runInNewContext('gc')
  for (let round = 0; round < 3; round++) collect()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

const infoAt = (index: number): MinerInfo =>
  anInfo({
    id: minerId.parse(`miner_${String(index).padStart(20, '0')}`),
    cohort: Math.floor(index / 4096),
    slot: index % 4096,
    address: `10.${index >> 16}.${(index >> 8) & 255}.${index & 255}`,
  })

test('an actor holds under 24 MB for the tables of 100,000 miners, what is shown of them since, and the copies for dashboards', () => {
  const frames = framesOfTwoMinutes()
  const before = heldBytes()
  const replica = createLiveReplica()
  expect(replica.apply('beat', decoded(frames.beat)).changed).toBe(true)
  expect(replica.apply('live', decoded(frames.live)).changed).toBe(true)
  const copies = replica.cohorts().flatMap(cohort => replica.messagesOf(cohort).messages)
  const inventory = Array.from({ length: Math.ceil(miners / 1024) }, (_, chunk) =>
    packInventory(
      relay,
      Array.from({ length: Math.min(1024, miners - chunk * 1024) }, (_, index) => infoAt(chunk * 1024 + index)),
      bytes => deflateRawSync(bytes),
    ),
  ).flat()
  const held = heldBytes() - before

  const bytesOf = (messages: readonly Uint8Array[]) => messages.reduce((sum, { length }) => sum + length, 0)
  const columns = replica.tables().flatMap(table => [...table.columns.values()])
  const tables = columns.reduce((sum, codes) => sum + codes.byteLength, 0)
  // Once as of the last beat, and once as shown.
  expect(2 * tables + bytesOf(copies) + bytesOf(inventory)).toBeLessThan(limitBytes)
  expect(held).toBeLessThan(limitBytes)
  // It was measured: no less than its tables.
  expect(held).toBeGreaterThan(2 * tables)
})
