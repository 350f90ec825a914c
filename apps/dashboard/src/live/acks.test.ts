import { ackEvery } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { Clock } from '../../dev/clock.ts'
import { createAcks } from './acks.ts'

function createWorld() {
  const clock = new Clock()
  const sent: number[] = []
  const world = { clock, sent, eager: false }
  const acks = createAcks({
    send: received => void sent.push(received),
    after: (delayMs, act) => clock.after(delayMs, act),
    eager: () => world.eager,
  })
  return Object.assign(world, { acks })
}

test('[S7] while a copy comes in each message is acknowledged', () => {
  const world = createWorld()
  world.eager = true
  world.acks.handled(10)
  world.acks.handled(10)
  expect(world.sent).toEqual([1, 2])
})

test('[S7] else after so many, after so many bytes, or after a while', () => {
  const { acks, clock, sent } = createWorld()
  for (let message = 0; message < ackEvery.messages; message++) acks.handled(1)
  expect(sent).toEqual([ackEvery.messages])
  acks.handled(ackEvery.bytes)
  expect(sent).toEqual([16, 17])
  acks.handled(1)
  acks.handled(1)
  clock.advance(ackEvery.ms)
  expect(sent).toEqual([16, 17, 19])
})

test('says nothing more once it was stopped, and nothing without a message', () => {
  const { acks, clock, sent } = createWorld()
  clock.advance(10 * ackEvery.ms)
  acks.handled(1)
  acks.stop()
  clock.advance(10 * ackEvery.ms)
  expect(sent).toEqual([])
})
