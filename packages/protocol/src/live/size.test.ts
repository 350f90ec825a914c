import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { applyMessages, createNoisySite } from './noisy-site.fixture.ts'
import { packMessages } from './packed.ts'
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

test('what was applied is what the relay had', () => {
  const applied = applyMessages(steady.messages, before.tables, inflateRawSync)
  expect(applied.map((table, index) => sameTable(table, steady.tables[index]!))).toEqual(steady.tables.map(() => true))
})

function minute() {
  const { frames, tables } = site.minute()
  return { messages: packMessages('beat', frames, bytes => deflateRawSync(bytes)), tables }
}

function perMiner(messages: readonly Uint8Array[]): number {
  return messages.reduce((sum, message) => sum + message.length, 0) / minerCount
}
