import { copyTable, createLeader, packFrames, sameTable } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { createMine, generatedRelay } from '../../dev/mine.ts'
import { storedDeflate } from '../../dev/stored.ts'
import { CopyOfSite } from './copy-of-site.ts'
import { Frames } from './frames.ts'
import { inflate } from './inflate.ts'
import { LostPlace } from './lost-place.ts'

function createSource() {
  const table = createMine(5, 1_795_176_000_000).cohorts[0]!
  const leader = createLeader({ relay: generatedRelay, epoch: 1, cohort: 0 })
  return { table, leader }
}

/** What is inside a packed message of some frames. */
function bodyOf(frames: readonly Uint8Array[]): Uint8Array {
  let inside = new Uint8Array()
  packFrames('beat', frames, body => (inside = body.slice()))
  return inside
}

test('follows packed frames to an equal table', () => {
  const { table, leader } = createSource()
  const frames = new Frames()
  expect(frames.take('beat', bodyOf([leader.beat(table, 1)!]))).toEqual([`${generatedRelay}/0`])
  expect(sameTable(frames.tableOf(`${generatedRelay}/0`)!, table)).toBe(true)
})

test('a beat that builds on one that never came needs a fresh copy', () => {
  const { table, leader } = createSource()
  leader.beat(table, 1)
  leader.acked({ epoch: 1, seq: 1 })
  const next = leader.beat(copyTable(table), 2)!
  expect(() => new Frames().take('beat', bodyOf([next]))).toThrow(LostPlace)
})

test('[X2] garbage is refused and changes nothing', async () => {
  const { table, leader } = createSource()
  const copy = new CopyOfSite()
  const packed = packFrames('beat', [leader.beat(table, 1)!], storedDeflate)
  const broken = packed.map((byte, place) => (place === packed.length - 6 ? byte ^ 0xff : byte))
  for (const bytes of [broken, new Uint8Array([9, 9, 9]), new Uint8Array([4, 1, 3, 0]), packed.slice(0, -3)])
    await expect(copy.takePacked(bytes)).rejects.toThrow(LostPlace)
  expect(copy.fleet.size).toBe(0)
})

test('[X2] a message that swells past the limit is refused', async () => {
  const zeros = new Uint8Array(5 * 1024 * 1024)
  const stream = new Blob([zeros]).stream().pipeThrough(new CompressionStream('deflate-raw'))
  const small = new Uint8Array(await new Response(stream).arrayBuffer())
  expect(small.length).toBeLessThan(10_000)
  await expect(inflate(small)).rejects.toThrow('inflates to more than')
})
