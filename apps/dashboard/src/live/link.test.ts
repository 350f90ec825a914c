import { closes, minerId, type ToDashboard } from '@headframe/protocol'
import { expect, test } from 'vitest'
import { Clock } from '../../dev/clock.ts'
import { SocketDouble } from '../../dev/socket-double.ts'
import { Link, longestOpeningMs, reconnectDelayMs, type LinkState } from './link.ts'

const removed: ToDashboard = { type: 'minerRemoved', miner: minerId.parse('miner_0000000000000001') }

function createWorld({ signedIn = true } = {}) {
  const clock = new Clock()
  const sockets: SocketDouble[] = []
  const states: LinkState[] = []
  const taken: unknown[] = []
  const waits: ((value: void) => void)[] = []
  const link = new Link(
    {
      state: state => states.push(state),
      message: message => taken.push(message.type),
      packed: bytes => {
        taken.push(bytes.length)
        return new Promise(resolve => waits.push(resolve))
      },
      copying: () => true,
    },
    {
      open: () => {
        const socket = new SocketDouble()
        sockets.push(socket)
        return socket
      },
      now: () => clock.now,
      random: () => 1,
      after: (delayMs, act) => clock.after(delayMs, act),
      signedIn: () => Promise.resolve(signedIn),
    },
  )
  return { link, clock, sockets, states, taken, waits }
}

const settled = () => new Promise(resolve => setTimeout(resolve))

test('[S7] while a copy comes in every message is acknowledged by count, text and binary alike, once it was handled', async () => {
  const { sockets, taken, waits } = createWorld()
  const socket = sockets[0]!
  socket.receive(JSON.stringify(removed))
  socket.receive(new ArrayBuffer(7))
  socket.receive(JSON.stringify(removed))
  await settled()
  expect(taken).toEqual(['minerRemoved', 7])
  expect(socket.sent.map(text => JSON.parse(text))).toEqual([{ type: 'ack', received: 1 }])
  waits[0]!()
  await settled()
  expect(taken).toEqual(['minerRemoved', 7, 'minerRemoved'])
  expect(socket.sent.map(text => JSON.parse(text).received)).toEqual([1, 2, 3])
})

test('[X2] a message that cannot be read is acknowledged and stops nothing', async () => {
  const { sockets, taken } = createWorld()
  sockets[0]!.receive('{')
  sockets[0]!.receive('{"type":"of a later release"}')
  sockets[0]!.receive(JSON.stringify(removed))
  await settled()
  expect(taken).toEqual(['minerRemoved'])
  expect(sockets[0]!.sent).toHaveLength(3)
})

test('a socket that is never opened is given up for another, and one that opened is not', async () => {
  const { clock, sockets } = createWorld()
  clock.advance(longestOpeningMs)
  clock.advance(reconnectDelayMs(0, () => 1))
  expect(sockets).toHaveLength(2)
  sockets[1]!.dispatchEvent(new Event('open'))
  clock.advance(longestOpeningMs)
  expect(sockets).toHaveLength(2)
})

test('comes back after a cut, and says since when it is down until something arrives again', async () => {
  const { clock, sockets, states } = createWorld()
  sockets[0]!.dispatchEvent(new Event('open'))
  sockets[0]!.receive(JSON.stringify(removed))
  await settled()
  const cutAt = clock.now
  sockets[0]!.drop(1006, '')
  clock.advance(500)
  sockets[1]!.drop(1006, '')
  clock.advance(1000)
  expect(sockets).toHaveLength(3)
  expect(states.slice(-2)).toEqual([
    { kind: 'waiting', since: cutAt },
    { kind: 'waiting', since: cutAt },
  ])
})

test('waits longer after each failure, at most 20 s, and anywhere below that', () => {
  expect([0, 1, 2, 10].map(failures => reconnectDelayMs(failures, () => 1))).toEqual([500, 1000, 2000, 20_000])
  expect(reconnectDelayMs(10, () => 0.25)).toBe(5000)
})

test('signed out by control is the end: no reconnect', () => {
  const { clock, sockets, states } = createWorld()
  sockets[0]!.drop(closes.signedOut.code, closes.signedOut.reason)
  clock.advance(60_000)
  expect(sockets).toHaveLength(1)
  expect(states.at(-1)).toEqual({ kind: 'signed-out' })
})

test('no right to the site is the end, with the reason', () => {
  const { sockets, states } = createWorld()
  sockets[0]!.drop(closes.forbidden.code, closes.forbidden.reason)
  expect(states.at(-1)).toEqual({ kind: 'refused', reason: 'no right to this site' })
})

test('an upgrade that is refused again and again asks whether one is still signed in', async () => {
  const { clock, sockets, states } = createWorld({ signedIn: false })
  sockets[0]!.drop(1006, '')
  clock.advance(500)
  sockets[1]!.drop(1006, '')
  await settled()
  expect(states.at(-1)).toEqual({ kind: 'signed-out' })
})

test('a message of a socket that was given up reaches nobody', async () => {
  const { link, sockets, taken } = createWorld()
  sockets[0]!.receive(new ArrayBuffer(1))
  sockets[0]!.receive(JSON.stringify(removed))
  await settled()
  link.startOver()
  await settled()
  expect(taken).toEqual([1])
})

test('a line that went dead under an open socket is given up within half a minute', () => {
  const { sockets, clock, states } = createWorld()
  sockets[0]!.dispatchEvent(new Event('open'))
  clock.advance(60_000)
  expect(sockets).toHaveLength(1)
  sockets[0]!.answersPulse = false
  clock.advance(30_000)
  expect(states.at(-1)).toMatchObject({ kind: 'waiting' })
  clock.advance(20_000)
  expect(sockets).toHaveLength(2)
})

test('says nothing before its socket is open: whoever asked asks again when control speaks', () => {
  const { link, sockets } = createWorld()
  link.send({ type: 'watch', miner: null })
  sockets[0]!.dispatchEvent(new Event('open'))
  link.send({ type: 'tail', filter: null })
  expect(sockets[0]!.sent.map(text => JSON.parse(text).type)).toEqual(['tail'])
})
