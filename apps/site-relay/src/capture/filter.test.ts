import { expect, test } from 'vitest'
import { messageEntry } from './entry.fixture.ts'
import { matcherOf } from './filter.ts'

const entry = messageEntry({ text: '{"id":4,"method":"mining.submit","params":["BC1Q.W1"]}\n' })

test.each([
  ['nothing', {}, true],
  ['its session', { session: entry.message.session }, true],
  ['another session', { session: messageEntry({ owner: 2 }).message.session }, false],
  ['its direction', { direction: 'to-pool' as const }, true],
  ['the other direction', { direction: 'to-miner' as const }, false],
  ['its method', { method: 'mining.submit' }, true],
  ['another method', { method: 'mining.notify' }, false],
  ['text in another case', { text: 'bc1q.w1' }, true],
  ['text that is not in it', { text: 'bc1q.w2' }, false],
  ['a right and a wrong thing', { method: 'mining.submit', text: 'nowhere' }, false],
])('asks for %s', (_what, filter, expected) => {
  expect(matcherOf(filter)(entry)).toBe(expected)
})
