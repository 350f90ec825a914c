import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { decodeUp } from './json.ts'
import { initialCreditBytes, lanes, maxMessageBytes, type Lane } from './lane.ts'
import { createReceiver } from './receiver.ts'
import { createSender, type Sender } from './sender.ts'

const lane = fc.constantFrom(...lanes)
const size = fc.oneof(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: maxMessageBytes }))
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant('send' as const), lane, size }) },
  { weight: 3, arbitrary: fc.record({ type: fc.constant('drain' as const), chunks: fc.integer({ min: 1, max: 6 }) }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant('grant' as const), lane, size }) },
)
type Step = { type: 'send' | 'grant'; lane: Lane; size: number } | { type: 'drain'; chunks: number }

test('nothing is lost or reordered within a lane, whatever is sent, granted and drained', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), steps => {
      const socket = openSocket()
      for (const each of steps) perform(socket, each)
      for (const on of lanes) socket.sender.grant(on, 100 * maxMessageBytes)
      socket.drain(1000)
      const received = receiveAll(socket.written)
      const arrived = lanes.map(on => received.filter(message => message.lane === on))
      const sent = lanes.map(on => socket.accepted.filter(message => message.lane === on))
      expect(arrived).toEqual(sent)
    }),
  )
})

test('[S7] no lane sends more than it was granted', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), steps => {
      const socket = openSocket()
      const within = steps.map(each => {
        perform(socket, each)
        return lanes.every(on => sentBytes(socket.written, on) <= initialCreditBytes[on] + socket.granted[on])
      })
      expect(within).toEqual(steps.map(() => true))
    }),
  )
})

test('a chunk is always of the most urgent lane that can send', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ lane, size }), { maxLength: 12 }), messages => {
      const socket = openSocket()
      for (const message of messages) perform(socket, { type: 'send', ...message })
      perform(socket, { type: 'drain', chunks: 1000 })
      const order = socket.written.map(chunk => chunk[0]! & 0x3f)
      expect(order).toEqual(order.toSorted((a, b) => a - b))
    }),
  )
})

test('a bulk message delays a command by at most one chunk', () => {
  const socket = openSocket()
  socket.sender.send('bulk', new Uint8Array(maxMessageBytes))
  socket.drain(1)
  socket.sender.send('control', Uint8Array.of(0x7b))
  socket.drain(1)
  expect(socket.written.map(chunk => chunk[0])).toEqual([0x44, 0xc0])
})

test('a full queue takes no more, so that the caller may merge; an empty one takes any message', () => {
  const socket = openSocket(1000)
  const taken = [5000, 1].map(bytes => socket.sender.send('live', new Uint8Array(bytes)))
  expect([taken, socket.sender.queued('live')]).toEqual([[true, false], 5000])
})

test('a lane without credit waits for its grant and holds up no other', () => {
  const socket = openSocket()
  socket.drain(100)
  socket.sender.send('bulk', new Uint8Array(maxMessageBytes))
  socket.sender.send('bulk', Uint8Array.of(7))
  socket.sender.send('live', Uint8Array.of(8))
  const before = socket.written.map(chunk => chunk[0])
  socket.sender.grant('bulk', 1)
  expect([before, socket.written.at(-1)]).toEqual([[0x44, 0x04, 0x04, 0x84, 0xc2], Uint8Array.of(0xc4, 7)])
})

test('grants that wait for the socket are added up into one message a lane', () => {
  const socket = openSocket()
  for (const bytes of [10, 20]) socket.sender.sendCredit('live', bytes)
  socket.drain(5)
  expect(receiveAll(socket.written).map(({ text }) => decodeUp(Buffer.from(text)))).toEqual([
    { ok: true, message: { type: 'credit', lane: 'live', bytes: 30 } },
  ])
})

test('a grant goes before what is queued, and needs no credit', () => {
  const socket = openSocket()
  socket.sender.send('control', Uint8Array.of(9))
  socket.sender.sendCredit('live', 10)
  socket.drain(2)
  expect(receiveAll(socket.written).map(({ text }) => text)).toEqual([
    '{"type":"credit","lane":"live","bytes":10}',
    '\t',
  ])
})

test('a message too large for the protocol is a mistake of the caller', () => {
  expect(() => openSocket().sender.send('bulk', new Uint8Array(maxMessageBytes + 1))).toThrow('262145 bytes')
})

test('[S7] two ends that fill every lane both ways never wait for each other for ever', () => {
  const traffic = fc.array(fc.record({ from: fc.constantFrom(0, 1), lane, size }), { maxLength: 40 })
  fc.assert(
    fc.property(traffic, fc.integer({ min: 1, max: 5 }), (messages, chunksAtOnce) => {
      const ends = [openEnd(), openEnd()] as const
      for (const { from, lane: on, size: bytes } of messages)
        ends[from === 0 ? 0 : 1].sender.send(on, new Uint8Array(bytes))
      for (let round = 0; round < 400; round++) exchange(ends[round % 2]!, ends[(round + 1) % 2]!, chunksAtOnce)
      expect([ends[0].left(), ends[1].left(), ends[0].failed, ends[1].failed]).toEqual([0, 0, false, false])
    }),
    { numRuns: 50 },
  )
})

interface Message {
  readonly lane: Lane
  /** Bytes as text, which compares faster. */
  readonly text: string
}

/** A sender on a socket that takes chunks only while it is drained. */
function openSocket(queueLimitBytes = 300_000) {
  const written: Uint8Array[] = []
  const accepted: Message[] = []
  const granted: Record<Lane, number> = { control: 0, events: 0, live: 0, backfill: 0, bulk: 0 }
  let room = 0
  const sender = createSender({
    write: chunk => {
      room--
      written.push(chunk)
    },
    ready: () => room > 0,
    queueLimitBytes,
  })
  const drain = (chunks: number) => {
    room = chunks
    sender.pump()
  }
  return { sender, written, accepted, granted, drain }
}

function perform(socket: ReturnType<typeof openSocket>, each: Step): void {
  switch (each.type) {
    case 'send': {
      const payload = new Uint8Array(each.size).fill(socket.accepted.length)
      if (socket.sender.send(each.lane, payload)) socket.accepted.push({ lane: each.lane, text: textOf(payload) })
      return
    }
    case 'grant':
      socket.granted[each.lane] += each.size
      return socket.sender.grant(each.lane, each.size)
    case 'drain':
      return socket.drain(each.chunks)
  }
}

/** The messages in chunks, in the order of their ends. */
function receiveAll(chunks: readonly Uint8Array[]): Message[] {
  const parts = new Map<number, Uint8Array[]>()
  return chunks.flatMap(chunk => {
    const position = chunk[0]! & 0x3f
    const isLast = (chunk[0]! & 0x80) !== 0
    const soFar = [...(parts.get(position) ?? []), chunk.subarray(1)]
    parts.set(position, isLast ? [] : soFar)
    return isLast ? [{ lane: lanes[position]!, text: textOf(Buffer.concat(soFar)) }] : []
  })
}

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1')

function sentBytes(written: readonly Uint8Array[], on: Lane): number {
  const chunks = written.filter(chunk => lanes[chunk[0]! & 0x3f] === on)
  return chunks.reduce((sum, chunk) => sum + chunk.length - 1, 0)
}

/** One end of a connection: what it wrote travels when `exchange` says so. */
function openEnd() {
  const wire: Uint8Array[] = []
  const state = { failed: false }
  const sender: Sender = createSender({
    write: chunk => wire.push(chunk),
    ready: () => wire.length < 2,
    queueLimitBytes: 2_000_000,
  })
  return {
    sender,
    wire,
    receiver: createReceiver(),
    left: () => wire.length + lanes.reduce((sum, on) => sum + sender.queued(on), 0),
    get failed() {
      return state.failed
    },
    fail: () => (state.failed = true),
  }
}

function exchange(from: ReturnType<typeof openEnd>, to: ReturnType<typeof openEnd>, chunks: number): void {
  for (const chunk of from.wire.splice(0, chunks)) {
    const received = to.receiver.push(chunk)
    if (received.kind === 'error') to.fail()
    if (received.kind !== 'message') continue
    const decoded = decodeUp(received.payload)
    if (decoded.ok && decoded.message.type === 'credit') to.sender.grant(decoded.message.lane, decoded.message.bytes)
    to.sender.sendCredit(received.lane, to.receiver.creditFor(received))
  }
  from.sender.pump()
}
