import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createGateway, type Gateway } from './gateway.ts'

/** What stands behind the gateway: it keeps every byte, and answers each first request. */
let upstream: Server
let gateway: Gateway

beforeAll(async () => {
  upstream = createServer()
  gateway = createGateway({ upstreamPort: () => portOf(upstream) })
  await Promise.all([once(upstream.listen(0, '127.0.0.1'), 'listening'), listen(gateway)])
})
afterAll(() => {
  gateway.close()
  upstream.close()
})

function portOf(server: Server): number {
  const address: AddressInfo | string | null = server.address()
  return typeof address === 'object' && address !== null ? address.port : 0
}
const listen = ({ server }: Gateway) => once(server.listen(0, '127.0.0.1'), 'listening')

/** All that reached the other side of one request; the answer ends the connection. */
function takeOne(): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  upstream.once('connection', (socket: Socket) => {
    let text = ''
    socket.on('data', chunk => {
      text += chunk.toString('latin1')
      if (text.includes('marked')) socket.end('HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 0\r\n\r\n')
    })
    socket.on('close', () => resolve(text))
  })
  return promise
}

async function send(text: string): Promise<string> {
  const socket = connect(portOf(gateway.server), '127.0.0.1')
  socket.write(text)
  const [chunk] = await once(socket, 'data')
  socket.destroy()
  return String(chunk)
}

const inner = 'GET /marked HTTP/1.1\r\nhost: x\r\nmf-original-url: http://evil/\r\n\r\n'
const head = (method: string) => `${method} /outer HTTP/1.1\r\nhost: x\r\n`

test.each(['GET', 'HEAD', 'DELETE', 'OPTIONS', 'TRACE', 'POST', 'PURGE'])(
  'the body of a %s in chunks goes on as a body, not as a request of its own',
  async method => {
    const chunk = `${inner.length.toString(16)}\r\n${inner}\r\n0\r\n\r\n`
    const taken = takeOne()
    await send(`${head(method)}transfer-encoding: chunked\r\n\r\n${chunk}`)
    const [sent = '', ...body] = (await taken).split('\r\n\r\n')
    expect(sent).toMatch(/^transfer-encoding: chunked$/im)
    expect(body.join('\r\n\r\n')).toMatch(/^[0-9a-f]+\r\nGET \/marked/i)
  },
)

test('a body of a told length goes on with that length', async () => {
  const taken = takeOne()
  await send(`${head('DELETE')}content-length: ${inner.length}\r\n\r\n${inner}`)
  expect(await taken).toMatch(new RegExp(`^content-length: ${inner.length}$`, 'im'))
})

test.each([`content-length: ${inner.length}`, 'transfer-encoding: chunked'])(
  'refuses an upgrade with %s: it would stand in front of the frames',
  async framing => {
    const upgrade = `${head('GET')}connection: Upgrade\r\nupgrade: websocket\r\n${framing}\r\n\r\n${inner}`
    expect(await send(upgrade)).toMatch(/^HTTP\/1\.1 400 /)
  },
)
