import { expect, test } from 'vitest'
import { messageEntry } from './entry.fixture.ts'
import { createRing } from './ring.ts'

const all = { matches: () => true, limit: 100 }

test('reads from a seq on, in parts', () => {
  const ring = createRing({ entries: 10, bytes: 1000 }, 1)
  for (let seq = 1; seq <= 5; seq++) ring.push(messageEntry({ seq }))
  const { entries, next, skipped } = ring.read(2, { ...all, limit: 2 })
  expect(entries.map(entry => entry.message.seq)).toEqual([2, 3])
  expect({ next, skipped }).toEqual({ next: 4, skipped: 0 })
})

test('[S7] a reader that falls behind is moved on, and told how much it missed', () => {
  const ring = createRing({ entries: 3, bytes: 1000 }, 1)
  for (let seq = 1; seq <= 5; seq++) ring.push(messageEntry({ seq }))
  const { entries, next, skipped } = ring.read(1, all)
  expect(entries.map(entry => entry.message.seq)).toEqual([3, 4, 5])
  expect({ next, skipped }).toEqual({ next: 6, skipped: 2 })
})

test('holds no more bytes than its limit', () => {
  const ring = createRing({ entries: 100, bytes: 25 }, 1)
  for (let seq = 1; seq <= 5; seq++) ring.push(messageEntry({ seq, text: 'x'.repeat(10) }))
  expect(ring.read(1, all)).toMatchObject({ skipped: 3, next: 6 })
})

test('what does not match is passed over, and is not counted as missed', () => {
  const ring = createRing({ entries: 3, bytes: 1000 }, 1)
  for (let seq = 1; seq <= 3; seq++) ring.push(messageEntry({ seq }))
  const { entries, next, skipped } = ring.read(1, { matches: entry => entry.message.seq === 2, limit: 5 })
  expect({ count: entries.length, next, skipped }).toEqual({ count: 1, next: 4, skipped: 0 })
})
