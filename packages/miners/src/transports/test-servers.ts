import { once } from 'node:events'
import { createServer as createHttp, type RequestListener } from 'node:http'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { Transport } from '../driver.ts'
import { createTransport } from './index.ts'

/** A server on a free loopback port, ended with its connections when the scope that holds it ends. */
export type TestServer = AsyncDisposable & {
  readonly port: number
  /** Connections that are open now. */ readonly open: () => number
}

/** Each connection goes to `behave` when it opens. */
export async function tcpServer(behave: (socket: Socket) => void): Promise<TestServer> {
  return await started(createServer(behave))
}

export async function httpServer(listener: RequestListener): Promise<TestServer> {
  return await started(createHttp(listener))
}

async function started(server: Server): Promise<TestServer> {
  const sockets = new Set<Socket>()
  server.on('connection', socket => {
    sockets.add(socket)
    // A peer that breaks off is part of these tests.
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: portOf(server.address()),
    open: () => sockets.size,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error('the test server has no port')
  return address.port
}

/** A transport to a server of ours that stands in for one standard port. */
export function transportTo(
  standard: number,
  port: number,
  more: { timeoutMs?: number; password?: string } = {},
): Transport {
  const own = more.password === undefined ? null : { 'antminer-stock': { user: 'root', password: more.password } }
  return createTransport({
    address: '127.0.0.1',
    ports: { [standard]: port },
    credentials: own,
    timeoutMs: more.timeoutMs ?? 2000,
  })
}
