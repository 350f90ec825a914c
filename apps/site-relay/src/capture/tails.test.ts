import { expect, test } from 'vitest'
import { messageEntry } from './entry.fixture.ts'
import { createRing } from './ring.ts'
import { createTails } from './tails.ts'

function setUp() {
  const ring = createRing({ entries: 300, bytes: 1_000_000 }, 1)
  let seq = 0
  const tails = createTails(ring)
  const due = () => [...tails.due()]
  const capture = (count: number) => {
    for (let i = 0; i < count; i++) ring.push(messageEntry({ seq: ++seq, method: seq % 2 === 0 ? 'even' : 'odd' }))
  }
  return { tails, due, capture }
}

test('tells first where it begins, then what comes', () => {
  const { tails, due, capture } = setUp()
  capture(5)
  tails.start(1, {}, null)
  expect(due()).toEqual([{ type: 'tail', id: 1, messages: [], skipped: 0, next: 6 }])
  tails.ack(1)
  capture(2)
  expect(due()).toMatchObject([{ messages: [{ seq: 6 }, { seq: 7 }], skipped: 0, next: 8 }])
})

test('[S7] a viewer that acknowledges nothing gets one part and no more, then is moved on with a count', () => {
  const { tails, due, capture } = setUp()
  tails.start(1, {}, 1)
  capture(1)
  expect(due()).toHaveLength(1)
  capture(1000)
  expect(due()).toEqual([])
  tails.ack(1)
  const [part] = due()
  expect(part).toMatchObject({ skipped: 700 })
  expect(part).toHaveProperty('messages.length', 200)
})

test('one viewer that stops delays no other', () => {
  const { tails, due, capture } = setUp()
  tails.start(1, {}, 1)
  tails.start(2, { method: 'even' }, 1)
  capture(2)
  expect(due()).toHaveLength(2)
  tails.ack(2)
  capture(2)
  expect(due()).toMatchObject([{ id: 2, messages: [{ seq: 4 }] }])
})

test('a stopped tail is no more, and there is an end to how many there can be', () => {
  const { tails, due, capture } = setUp()
  for (let id = 0; id < 256; id++) expect(tails.start(id, {}, 1)).toBe(true)
  expect(tails.start(256, {}, 1)).toBe(false)
  tails.stop(0)
  capture(1)
  expect(due()).toHaveLength(255)
})
