import { capturedMessage, type CapturedMessage, type MessageFilter, type UpMessage } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { createTails, type OpenTail } from './tails.ts'

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

/** Tails over a lane that is full while `lane.full`. */
function tailing() {
  const lane = { full: false }
  const sent: (readonly [viewer: string, seqs: number[], skipped: number])[] = []
  const open = new Map<MessageFilter, Parameters<OpenTail>[1]>()
  const log: string[] = []
  const tails = createTails({
    open: (filter, onMessages) => {
      open.set(filter, onMessages)
      log.push(`open ${filter.text}`)
      return { [Symbol.dispose]: () => log.push(`close ${filter.text}`) }
    },
    session: {
      send: (_lane, told: UpMessage) => {
        if (lane.full || told.type !== 'tail') return false
        sent.push([told.viewer, told.messages.map(each => each.seq), told.skipped])
        return true
      },
    },
  })
  const captured = (messages: CapturedMessage[], skipped = 0) => {
    for (const onMessages of open.values()) onMessages(messages, skipped)
  }
  return { tails, lane, sent, log, captured }
}

test('each viewer follows with a filter of its own, and one that goes on is not disturbed', () => {
  const { tails, log } = tailing()
  tails.set([
    { viewer: 'a', filter: { text: 'x' } },
    { viewer: 'b', filter: { text: 'y' } },
  ])
  tails.set([
    { viewer: 'a', filter: { text: 'x' } },
    { viewer: 'b', filter: { text: 'z' } },
  ])
  tails.set([])
  expect(log).toEqual(['open x', 'open y', 'close y', 'open z', 'close x', 'close z'])
})

test('[S7] a reader that is slow gets a count of what it missed, and nothing is kept for it', () => {
  const { tails, lane, sent, captured } = tailing()
  tails.set([{ viewer: 'a', filter: {} }])
  captured([message(1)], 2)
  lane.full = true
  captured([message(2), message(3)], 1)
  lane.full = false
  captured([message(4)])
  captured([message(5)])
  expect(sent).toEqual([
    ['a', [1], 2],
    ['a', [4], 3],
    ['a', [5], 0],
  ])
})

test('many messages go as several, each within its limits', () => {
  const { tails, sent, captured } = tailing()
  tails.set([{ viewer: 'a', filter: {} }])
  captured(
    Array.from({ length: 501 }, (_, n) => message(n, 'ü'.repeat(400))),
    7,
  )
  expect(sent.flatMap(([, seqs]) => seqs)).toEqual(Array.from({ length: 501 }, (_, n) => n))
  expect(sent.map(([, , skipped]) => skipped).reduce((sum, each) => sum + each)).toBe(7)
  expect(sent.length).toBeGreaterThan(2)
})
