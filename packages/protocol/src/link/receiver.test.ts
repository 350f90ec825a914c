import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { chunksOf } from './chunks.ts'
import { encodeMessage } from './json.ts'
import { initialCreditBytes, lanes, maxChunkBytes, maxMessageBytes } from './lane.ts'
import { createReceiver, type Received } from './receiver.ts'

const lane = fc.constantFrom(...lanes)
const payload = fc
  .record({
    size: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 1, max: maxMessageBytes })),
    fill: fc.nat({ max: 255 }),
  })
  .map(({ size, fill }) => new Uint8Array(size).fill(fill))

test('a message cut into chunks arrives whole', () => {
  fc.assert(
    fc.property(lane, payload, (on, bytes) => {
      expect(arrivals(chunksOf(on, bytes))).toEqual([[on, textOf(bytes)]])
    }),
  )
})

test('chunks are fresh buffers of at most 64 KiB behind their first byte', () => {
  const bytes = new Uint8Array(maxMessageBytes)
  const chunks = chunksOf('bulk', bytes)
  expect(chunks.map(chunk => [chunk.length, chunk[0], chunk.buffer === bytes.buffer])).toEqual([
    [maxChunkBytes + 1, 0x44, false],
    [maxChunkBytes + 1, 0x04, false],
    [maxChunkBytes + 1, 0x04, false],
    [maxChunkBytes + 1, 0x84, false],
  ])
})

test('messages of different lanes may interleave in any way', () => {
  fc.assert(
    fc.property(fc.tuple(payload, payload, payload), fc.infiniteStream(fc.nat({ max: 2 })), (payloads, turns) => {
      const queues = payloads.map((bytes, index) => chunksOf(lanes[index]!, bytes))
      const messages = arrivals(shuffled(queues, turns))
      expect(messages.toSorted(([a], [b]) => lanes.indexOf(a) - lanes.indexOf(b))).toEqual(
        payloads.map((bytes, index) => [lanes[index], textOf(bytes)]),
      )
    }),
  )
})

test('a chunk without the first of its message means that our place is lost', () => {
  expect(createReceiver().push(Uint8Array.of(0x82, 1))).toEqual({ kind: 'error', close: 'lostState' })
})

test.for([
  ['an empty chunk', [new Uint8Array()]],
  ['a chunk without payload', [Uint8Array.of(0xc0)]],
  ['an unknown lane', [Uint8Array.of(0xc5, 1)]],
  ['a chunk over 64 KiB', [new Uint8Array(maxChunkBytes + 2).fill(0xc0)]],
  ['a short chunk in the middle', [Uint8Array.of(0x42, 1)]],
  ['a message inside a message', [chunkOf(0x42), chunkOf(0x42)]],
  ['a message over 256 KiB', [0x42, 0x02, 0x02, 0x02, 0x02].map(chunkOf)],
] as const)('[X2] %s is a bad message', ([, chunks]) => {
  expect(pushAll(chunks).at(-1)).toEqual({ kind: 'error', close: 'badMessage' })
})

test('[X2] garbage never crashes it', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 8 })), chunks => {
      expect(pushAll(chunks)).toHaveLength(chunks.length)
    }),
  )
})

test('[S7] a sender that goes on without credit is told so', () => {
  const message = chunksOf('bulk', new Uint8Array(maxMessageBytes))
  expect(pushAll([...message, Uint8Array.of(0xc4, 1)]).at(-1)).toEqual({ kind: 'error', close: 'outOfCredit' })
})

test('[S7] credit messages cost no credit and earn none', () => {
  const receiver = createReceiver()
  const credit = chunksOf('control', encodeMessage({ type: 'credit', lane: 'live', bytes: 1 }))[0]!
  const received = Array.from({ length: initialCreditBytes.control / 40 }, () => receiver.push(credit))
  const earned = received.map(each => (each.kind === 'message' ? receiver.creditFor(each) : -1))
  expect(new Set(earned)).toEqual(new Set([0]))
})

test('[S7] what was handled is granted back before a sender could be short of one message', () => {
  const receiver = createReceiver()
  const granted = Array.from({ length: 6 }, () => {
    const received = chunksOf('live', new Uint8Array(100_000))
      .map(chunk => receiver.push(chunk))
      .at(-1)!
    return received.kind === 'message' ? receiver.creditFor(received) : -1
  })
  expect(granted).toEqual([0, 0, 300_000, 0, 0, 300_000])
})

function pushAll(chunks: readonly Uint8Array[]): Received[] {
  const receiver = createReceiver()
  return chunks.map(chunk => receiver.push(chunk))
}

/** Lane and payload of each message; payloads as text, which compares faster. */
function arrivals(chunks: readonly Uint8Array[]) {
  const messages = pushAll(chunks).filter(received => received.kind === 'message')
  return messages.map(({ lane: on, payload: bytes }) => [on, textOf(bytes)] as const)
}

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')

function chunkOf(flags: number): Uint8Array {
  const chunk = new Uint8Array(maxChunkBytes + 1)
  chunk[0] = flags
  return chunk
}

/** The heads of the queues, in the order of turns. */
function shuffled(queues: Uint8Array[][], turns: Iterator<number>): Uint8Array[] {
  const order: Uint8Array[] = []
  while (queues.some(queue => queue.length > 0)) {
    const chunk = queues[Number(turns.next().value)]?.shift()
    if (chunk) order.push(chunk)
  }
  return order
}
