import type { Socket } from 'node:net'
import { expect, test } from 'vitest'
import type { Request } from '../driver.ts'
import { createTransport } from './index.ts'
import { tcpServer, transportTo, type TestServer } from './test-servers.ts'

const summary: Request = { kind: 'cgminer', body: { command: 'summary' } }
const never = new AbortController().signal
const to4028 = (server: TestServer, timeoutMs?: number) =>
  transportTo(4028, server.port, timeoutMs === undefined ? {} : { timeoutMs })

test('sends a command as one line of JSON and stops reading at NUL', async () => {
  const asked: string[] = []
  await using server = await tcpServer(socket =>
    socket.on('data', data => {
      asked.push(data.toString())
      socket.write('{"a":1}\0leftover')
    }),
  )
  expect(await to4028(server).request(summary, never)).toBe('{"a":1}')
  expect(asked).toEqual(['{"command":"summary"}\n'])
})

test('stops reading at a whole object and a line break, though the socket stays open', async () => {
  await using server = await tcpServer(socket => socket.on('data', () => socket.write('{"a":{"b":1}}\n')))
  expect(await to4028(server).request(summary, never)).toBe('{"a":{"b":1}}\n')
})

test('puts a reply together that comes byte by byte, and closes the connection after it', async () => {
  await using server = await tcpServer(socket =>
    socket.on('data', () => {
      socket.setNoDelay(true)
      for (const byte of '{"a":1}') socket.write(byte)
      socket.end()
    }),
  )
  expect(await to4028(server).request(summary, never)).toBe('{"a":1}')
  await expect.poll(() => server.open()).toBe(0)
})

test('gives what came when the time is over in the middle', async () => {
  await using server = await tcpServer(socket => socket.on('data', () => socket.write('{"a":1,"b":')))
  expect(await to4028(server, 100).request(summary, never)).toBe('{"a":1,"b":')
})

test('times out on a miner that says nothing', async () => {
  await using server = await tcpServer(() => {})
  await expect(to4028(server, 50).request(summary, never)).rejects.toMatchObject({ code: 'timeout', sent: true })
})

test('says that a connection was closed without a word, whether gently or not', async () => {
  await using gentle = await tcpServer(socket => socket.on('data', () => socket.end()))
  await using harsh = await tcpServer(socket => socket.on('data', () => socket.resetAndDestroy()))
  await expect(to4028(gentle).request(summary, never)).rejects.toMatchObject({ code: 'closed' })
  await expect(to4028(harsh).request(summary, never)).rejects.toMatchObject({ code: 'closed' })
})

test('stops at a megabyte', async () => {
  await using server = await tcpServer(socket => socket.on('data', () => socket.write('x'.repeat(2 * 1024 * 1024))))
  await expect(to4028(server).request(summary, never)).rejects.toMatchObject({ code: 'too-large' })
})

test('says that nothing listens, and that nothing was sent', async () => {
  const server = await tcpServer(() => {})
  await server[Symbol.asyncDispose]()
  await expect(to4028(server).request(summary, never)).rejects.toMatchObject({ code: 'refused', sent: false })
})

test('calls a local shortage by its name: an address that is not ours to speak from', async () => {
  await using server = await tcpServer(() => {})
  const transport = createTransport({
    address: '127.0.0.1',
    ports: { 4028: server.port },
    credentials: null,
    timeoutMs: 500,
    localAddress: '192.0.2.1',
  })
  await expect(transport.request(summary, never)).rejects.toMatchObject({ code: 'local-shortage', sent: false })
})

test.each([
  { name: 'connects to nothing when it may not send', answers: [false, false], connections: 0 },
  {
    name: 'sends nothing on a connection that stands when it may not send any more',
    answers: [true, false],
    connections: 2,
  },
])('[S8] $name', async ({ answers, connections }) => {
  const heard: string[] = []
  let connected = 0
  await using server = await tcpServer(socket => {
    connected += 1
    socket.on('data', data => heard.push(data.toString()))
  })
  let asked = 0
  const transport = createTransport({
    address: '127.0.0.1',
    ports: { 80: server.port, 4028: server.port },
    credentials: null,
    timeoutMs: 2000,
    maySend: () => answers[asked++ % 2] === true,
  })
  const page = { kind: 'http', method: 'POST', path: '/', port: 80, auth: 'none', account: null, body: null } as const
  await expect(transport.request(summary, never)).rejects.toMatchObject({ code: 'aborted', sent: false })
  await expect(transport.request(page, never)).rejects.toMatchObject({ code: 'aborted', sent: false })
  await expect.poll(() => [connected, server.open()]).toEqual([connections, 0])
  expect(heard).toEqual([])
})

test('ends at once when it is broken off, in a request and in a wait', async () => {
  const stop = new AbortController()
  await using server = await tcpServer(socket => socket.on('data', () => stop.abort()))
  await expect(to4028(server).request(summary, stop.signal)).rejects.toMatchObject({ code: 'aborted' })
  await expect(to4028(server).request({ kind: 'wait', ms: 60_000 }, stop.signal)).rejects.toMatchObject({
    code: 'aborted',
  })
})

test('asks a miner at most two things at once', async () => {
  const held: Socket[] = []
  let most = 0
  await using server = await tcpServer(socket =>
    socket.on('data', () => {
      most = Math.max(most, held.push(socket))
      // Both are held until the loop has turned, so that a third would be seen.
      if (held.length === 2) setImmediate(() => held.splice(0).forEach(one => one.end('{}\0')))
    }),
  )
  const transport = to4028(server)
  await Promise.all(Array.from({ length: 8 }, () => transport.request(summary, never)))
  expect(most).toBe(2)
})
