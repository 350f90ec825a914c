import { packFrames } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { createMine } from '../../dev/mine.ts'
import { storedDeflate } from '../../dev/stored.ts'
import { createLeader, copyTable, sameTable } from '@headframe/protocol'
import { generatedRelay } from '../../dev/mine.ts'
import { Frames, LostPlace } from './frames.ts'
import { inflate } from './inflate.ts'

function createSource() {
  const table = createMine(5, 1_795_176_000_000).cohorts[0]!
  const leader = createLeader({ relay: generatedRelay, epoch: 1, cohort: 0 })
  return { table, leader }
}

test('follows packed frames to an equal table', async () => {
  const { table, leader } = createSource()
  const frames = new Frames()
  const [followed] = await frames.take(packFrames('beat', [leader.beat(table, 1)!], storedDeflate))
  expect(followed!.key).toBe(`${generatedRelay}/0`)
  expect(sameTable(followed!.table, table)).toBe(true)
})

test('a beat that builds on one that never came needs a fresh copy', async () => {
  const { table, leader } = createSource()
  leader.beat(table, 1)
  leader.acked({ epoch: 1, seq: 1 })
  const next = leader.beat(copyTable(table), 2)!
  await expect(new Frames().take(packFrames('beat', [next], storedDeflate))).rejects.toThrow(LostPlace)
})

test('garbage is refused and changes nothing', async () => {
  const { table, leader } = createSource()
  const frames = new Frames()
  const packed = packFrames('beat', [leader.beat(table, 1)!], storedDeflate)
  const broken = packed.map((byte, place) => (place === packed.length - 6 ? byte ^ 0xff : byte))
  await expect(frames.take(broken)).rejects.toThrow(LostPlace)
  await expect(frames.take(new Uint8Array([9, 9, 9]))).rejects.toThrow(LostPlace)
  expect([...frames.tables()]).toEqual([])
})

test('a message that swells past the limit is refused', async () => {
  const zeros = new Uint8Array(5 * 1024 * 1024)
  const stream = new Blob([zeros]).stream().pipeThrough(new CompressionStream('deflate-raw'))
  const small = new Uint8Array(await new Response(stream).arrayBuffer())
  expect(small.length).toBeLessThan(10_000)
  await expect(inflate(small)).rejects.toThrow('inflates to more than')
})
