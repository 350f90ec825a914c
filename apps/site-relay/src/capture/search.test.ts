import { expect, test } from 'vitest'
import { messageEntry } from './entry.fixture.ts'
import { searchMessages } from './search.ts'
import type { PageQuery } from './segment.ts'

const stored = Array.from({ length: 1000 }, (_, i) =>
  messageEntry({ seq: 1000 - i, method: i % 100 === 0 ? 'mining.notify' : 'mining.submit' }),
)
const page = ({ before, limit }: PageQuery) => stored.filter(each => each.message.seq < before).slice(0, limit)
const deps = { page, nowMs: () => 0, pause: async () => undefined }
const from = Number.MAX_SAFE_INTEGER

test('finds the newest that match, and where to go on', async () => {
  const first = await searchMessages({ filter: { method: 'mining.notify' }, before: from, limit: 4 }, deps)
  expect(first.messages.map(message => message.seq)).toEqual([1000, 900, 800, 700])
  expect({ more: first.more, before: first.before }).toEqual({ more: true, before: 700 })
  const rest = await searchMessages({ filter: { method: 'mining.notify' }, before: first.before, limit: 100 }, deps)
  expect(rest.messages.map(message => message.seq)).toEqual([600, 500, 400, 300, 200, 100])
  expect(rest.more).toBe(false)
})

test('gives others their turn after each page', async () => {
  let pauses = 0
  const pause = async () => void pauses++
  await searchMessages({ filter: { text: 'nowhere' }, before: from, limit: 1 }, { ...deps, pause })
  expect(pauses).toBe(5)
})

test('ends when it takes too long, and says where it was', async () => {
  let now = 0
  const nowMs = () => (now += 1500)
  const found = await searchMessages({ filter: { text: 'nowhere' }, before: from, limit: 1 }, { ...deps, nowMs })
  expect(found).toEqual({ messages: [], more: true, before: 801 })
})
