import { once } from 'node:events'
import { closes } from '@headframe/protocol'
import { expect, onTestFinished, test, vi } from 'vitest'
import { WebSocketServer } from 'ws'
import { anEnrolment } from '../store/builders.ts'
import { openWebSocket } from '../edge/web-socket.ts'
import { realWorld } from '../edge/world.ts'
import { dialWith } from './dial.ts'
import type { Link } from './link.ts'
import type { Session } from './session.ts'

/** Sleeps that a test can fake. */
const clock = { ...realWorld, sleep: (ms: number) => new Promise<void>(resolve => void setTimeout(resolve, ms)) }
const dial = dialWith({ openWire: openWebSocket, clock })

/** A link that is up as soon as it is connected, dialled to a control that the test closes as it likes. */
async function dialling() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 })
  await once(server, 'listening')
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const ending = new AbortController()
  const lines: string[] = []
  const closed = new EventTarget()
  let connections = 0
  let removals = 0
  server.on('connection', () => (connections += 1))
  let up = () => {}
  const dialled = dial({
    link: linkThat({ connected: () => up(), disconnected: () => closed.dispatchEvent(new Event('closed')) }),
    enrolled: anEnrolment(1, url),
    log: (_level, text) => lines.push(text),
    random: () => 0,
    removed: () => (removals += 1),
    signal: ending.signal,
  })
  onTestFinished(async () => {
    ending.abort()
    vi.useRealTimers()
    for (const socket of server.clients) socket.terminate()
    server.close()
    await once(server, 'close')
  })
  return {
    dialled,
    lines,
    connections: () => connections,
    removals: () => removals,
    connected: () => new Promise<void>(resolve => (up = resolve)),
    /** Closes the connection from the far end; comes back when the dialler knows. */
    close: async (code: number, reason: string) => {
      const gone = once(closed, 'closed')
      for (const socket of server.clients) socket.close(code, reason)
      await gone
    },
  }
}

function linkThat(tell: { connected: () => void; disconnected: () => void }): Link {
  let state: ReturnType<Link['state']> = 'down'
  const session: Session = {
    onChunk: () => {},
    pump: () => {},
    send: () => false,
    sendFrames: () => false,
    sendEvents: () => false,
    sendHistory: () => false,
    queued: () => 0,
  }
  return {
    connect: () => {
      state = 'up'
      tell.connected()
      return session
    },
    disconnect: () => {
      state = 'down'
      tell.disconnected()
    },
    tick: () => {},
    beatSoon: () => {},
    onReading: () => {},
    say: () => false,
    watched: () => new Set(),
    sinceAt: () => 0,
    reached: () => null,
    state: () => state,
  }
}

test('[S8] a control that refuses is dialled again after minutes, told of once for each reason, and only one that took this box away removes it', async () => {
  const { dialled, lines, connections, removals, connected, close } = await dialling()
  await connected()
  for (const [code, reason] of [
    [closes.revoked.code, 'revoked'],
    [closes.revoked.code, 'revoked'],
    [closes.unknownRelay.code, 'not known'],
    [closes.boxRemoved.code, 'taken away'],
  ] as const) {
    await close(code, reason)
    expect(dialled.state()).toBe(`control refuses the link: ${reason}`)
    const before = connections()
    vi.advanceTimersByTime(239_999)
    expect(connections()).toBe(before)
    const back = connected()
    vi.advanceTimersByTime(1)
    await back
    expect([connections(), dialled.state()]).toEqual([before + 1, 'up'])
  }
  expect(lines).toEqual([
    'control refuses the link: revoked; dialled again every five minutes',
    'control refuses the link: not known; dialled again every five minutes',
    'control refuses the link: taken away; dialled again every five minutes',
  ])
  expect(removals()).toBe(1)
})

test('a control that only went away is dialled again within seconds', async () => {
  const { removals, connected, close } = await dialling()
  await connected()
  await close(1001, 'going away')
  expect(removals()).toBe(0)
  const back = connected()
  vi.advanceTimersByTime(500)
  await back
})

test('nobody is dialled for a box that has ended', () => {
  const dialled = dialWith({ openWire: () => expect.unreachable('dialled'), clock })({
    link: linkThat({ connected: () => {}, disconnected: () => {} }),
    enrolled: anEnrolment(1),
    log: () => {},
    random: () => 0,
    signal: AbortSignal.abort(),
  })
  expect(dialled.state()).toBe('down')
})
