import { once } from 'node:events'
import { expect, test } from 'vitest'
import { connectNow } from './connect-now.ts'
import { tcpServer } from './test-servers.ts'

test('[S8] a connection is under way before the turn goes on', async () => {
  await using server = await tcpServer(() => {})
  using stack = new DisposableStack()
  const socket = stack.adopt(connectNow({ host: '127.0.0.1', port: server.port }), each => each.destroy())
  // The kernel gives a port with connect(2), and not before.
  expect(socket.localPort).toBeGreaterThan(0)
  await once(socket, 'connect')
  expect(socket.remoteAddress).toBe('127.0.0.1')
})

test('a port where nothing listens is told as an event, as ever', async () => {
  const socket = connectNow({ host: '127.0.0.1', port: 1, localAddress: '127.0.0.9' })
  expect(await once(socket, 'error')).toMatchObject([{ code: 'ECONNREFUSED' }])
})
