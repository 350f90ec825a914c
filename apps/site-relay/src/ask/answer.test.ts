import { capturedMessage, encodeMessage, maxMessageBytes, type CapturedMessage } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { aReading, idOf } from '../fleet/builders.ts'
import { answerTo, type AnswerDeps } from './answer.ts'

const health = { running: true, messages: 1, dropped: 0, behindMs: 0, sizeBytes: 10 }
const message = (seq: number, summary = 'share'): CapturedMessage =>
  capturedMessage.parse({
    seq,
    session: 'session_000000000001',
    direction: 'to-pool',
    receivedAt: 1,
    receivedUs: 1,
    forwardedUs: 2,
    sizeBytes: 10,
    kind: 'request',
    method: 'mining.submit',
    summary,
    parseError: null,
    latencyUs: null,
  })

const deps = (over: Partial<AnswerDeps['capture']> = {}): AnswerDeps => ({
  lastReading: id => (id === idOf(1) ? aReading() : null),
  readNow: async id => (id === idOf(2) ? aReading({ model: 'Ultra' }) : null),
  capture: {
    sessions: async () => [],
    session: async () => null,
    messages: async () => ({ messages: [message(3), message(2)], more: true, before: 2 }),
    message: async () => null,
    health: async () => health,
    ...over,
  },
})

test('a reading comes from memory, from the miner where there is none yet, and is null where that is silent', async () => {
  expect(await answerTo({ kind: 'reading', miner: idOf(1) }, deps())).toEqual({ kind: 'reading', reading: aReading() })
  expect(await answerTo({ kind: 'reading', miner: idOf(2) }, deps())).toMatchObject({ reading: { model: 'Ultra' } })
  expect(await answerTo({ kind: 'reading', miner: idOf(3) }, deps())).toEqual({ kind: 'reading', reading: null })
})

test('questions about Stratum go to the capture process', async () => {
  expect(await answerTo({ kind: 'sessions', limit: 10 }, deps())).toEqual({ kind: 'sessions', sessions: [], health })
  expect(await answerTo({ kind: 'messages', filter: {}, limit: 10 }, deps())).toEqual({
    kind: 'messages',
    messages: [message(3), message(2)],
    more: true,
    before: 2,
  })
})

test('a capture process that is away is said to be down', async () => {
  const away = deps({ messages: () => Promise.reject(new Error('no socket')) })
  expect(await answerTo({ kind: 'messages', filter: {}, limit: 10 }, away)).toMatchObject({
    kind: 'failed',
    code: 'capture-down',
  })
})

test('a page that is too large for one message is cut, and says where it goes on', async () => {
  const all = Array.from({ length: 500 }, (_, n) => message(1000 - n, 'ü'.repeat(500)))
  const large = deps({ messages: async () => ({ messages: all, more: false, before: null }) })
  const answer = await answerTo({ kind: 'messages', filter: {}, limit: 500 }, large)
  expect(encodeMessage({ type: 'answer', viewer: 'v'.repeat(128), id: 1, answer }).length).toBeLessThan(maxMessageBytes)
  expect(answer).toMatchObject({ kind: 'messages', messages: all.slice(0, 125), more: true, before: 876 })
})
