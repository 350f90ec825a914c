import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { applyFrame } from './apply.ts'
import { decodeFrame } from './decode.ts'
import { splitFrames } from './interleave.ts'
import { createNoisySite } from './noisy-site.fixture.ts'
import { maxInflatedBytes, openPacked, packMessages } from './packed.ts'
import { sameTable } from './table.ts'

const minerCount = 50_000

const site = createNoisySite(minerCount)
const [keyframe, before, steady] = [minute(), minute(), minute()]

test('a keyframe of 50,000 miners costs at most 8 bytes a miner', () => {
  expect(perMiner(keyframe.messages)).toBeLessThanOrEqual(8)
})

test('a steady minute of 50,000 miners costs at most 2 bytes a miner', () => {
  expect(perMiner(steady.messages)).toBeLessThanOrEqual(2)
})

test('a steady minute of 50,000 miners is one message of at most 256 KiB', () => {
  expect(steady.messages.map(message => message.length <= 256 * 1024)).toEqual([true])
})

test('50,000 miners are inflated, decoded and applied in under 50 ms of processor time', () => {
  const times = Array.from({ length: 5 }, () => timeToApply())
  expect(Math.min(...times)).toBeLessThan(50)
})

test('what was applied is what the relay had', () => {
  expect(applySteady().map((table, index) => sameTable(table, steady.tables[index]!))).toEqual(
    steady.tables.map(() => true),
  )
})

function minute() {
  const { frames, tables } = site.minute()
  return { messages: packMessages('beat', frames, bytes => deflateRawSync(bytes)), tables }
}

function applySteady() {
  const frames = steady.messages.flatMap(message => {
    const opened = openPacked(message)
    if (!opened.ok) throw new Error(opened.error.text)
    const split = splitFrames(inflateRawSync(opened.deflated, { maxOutputLength: maxInflatedBytes }))
    if (!split.ok) throw new Error(split.error.text)
    return split.frames
  })
  return frames.map((bytes, index) => {
    const decoded = decodeFrame(bytes)
    if (!decoded.ok) throw new Error(decoded.error.text)
    const applied = applyFrame(decoded.frame, before.tables[index]!)
    if (!applied.ok) throw new Error(applied.error)
    return applied.table
  })
}

/** Milliseconds of this thread: other work on the machine does not count. */
function timeToApply(): number {
  const start = process.threadCpuUsage()
  applySteady()
  const { user, system } = process.threadCpuUsage(start)
  return (user + system) / 1000
}

function perMiner(messages: readonly Uint8Array[]): number {
  return messages.reduce((sum, message) => sum + message.length, 0) / minerCount
}
