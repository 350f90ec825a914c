import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { Socket } from 'node:net'
import { pipeline, Transform, type Duplex } from 'node:stream'
import type { ApiErrorCode } from '@headframe/protocol'
import { forwardedHeaders, forwardedTarget } from './forwarded.ts'

export interface Tls {
  readonly cert: Buffer
  readonly key: Buffer
}

export interface GatewayOptions {
  /** Where miniflare listens, on loopback; `null` while it does not. */
  readonly upstreamPort: () => number | null
  readonly tls?: Tls | undefined
}

export interface Gateway {
  readonly server: Server
  /** Ends every connection at once. */
  close(): void
}

/** More than the largest body that the worker takes. */
const maxBodyBytes = 2 * 1024 * 1024
const limits = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 60_000,
  keepAliveTimeout: 60_000,
}
const maxConnections = 2000
const upstreamTimeoutMs = 60_000
/** A peer that lost its power never says goodbye; this finds it. */
const keepAliveProbeMs = 30_000

/** What people and relays connect to: it lets through what is ours to serve, and nothing that miniflare would obey. */
export function createGateway({ upstreamPort, tls }: GatewayOptions): Gateway {
  const sockets = new Set<Socket>()
  const onRequest = (from: IncomingMessage, to: ServerResponse) => pass(upstreamPort, from, to)
  const server = tls
    ? createTlsServer({ ...limits, ...tls, handshakeTimeout: limits.headersTimeout, minVersion: 'TLSv1.2' }, onRequest)
    : createServer(limits, onRequest)
  server.maxConnections = maxConnections
  server.on('upgrade', (from: IncomingMessage, socket: Duplex, head: Buffer) =>
    passUpgrade(upstreamPort, { from, socket, head }),
  )
  server.on('clientError', (_error, socket) => refuseRaw(socket, 400))
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  return {
    server,
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

type UpstreamPort = GatewayOptions['upstreamPort']

function pass(upstreamPort: UpstreamPort, from: IncomingMessage, to: ServerResponse): void {
  const path = forwardedTarget(from.url)
  if (path === null) return refuse(to, 404, 'not-found')
  if (Number(from.headers['content-length'] ?? 0) > maxBodyBytes) return refuse(to, 413, 'bad-input')
  const onward = request({
    ...place(upstreamPort, from, path),
    headers: [...forwardedHeaders(from.rawHeaders), ...chunking(from)],
    timeout: upstreamTimeoutMs,
  })
  onward.on('response', answer => {
    to.writeHead(answer.statusCode ?? 502, forwardedHeaders(answer.rawHeaders))
    pipeline(answer, to, () => undefined)
  })
  onward.on('timeout', () => onward.destroy())
  onward.on('error', () => (to.headersSent ? to.destroy() : refuse(to, 503, 'unavailable')))
  to.on('close', () => onward.destroy())
  pipeline(from, atMost(maxBodyBytes), onward, () => undefined)
}

/** Node frames a body of GET, HEAD, DELETE and the like only when it is told to: bare, it would be read as a request of its own. */
const chunking = (from: IncomingMessage) =>
  from.headers['transfer-encoding'] === undefined ? [] : ['transfer-encoding', 'chunked']

/** An upgrade with a body is none: what is meant as a body would be read as frames, or the other way round. */
const hasBody = ({ headers }: IncomingMessage) =>
  headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) !== 0

interface Upgrade {
  readonly from: IncomingMessage
  readonly socket: Duplex
  readonly head: Buffer
}

function passUpgrade(upstreamPort: UpstreamPort, { from, socket, head }: Upgrade): void {
  socket.on('error', () => socket.destroy())
  const path = forwardedTarget(from.url)
  if (path === null || from.headers.upgrade?.toLowerCase() !== 'websocket') return refuseRaw(socket, 404)
  if (hasBody(from)) return refuseRaw(socket, 400)
  const headers = [...forwardedHeaders(from.rawHeaders), 'connection', 'Upgrade', 'upgrade', 'websocket']
  const onward = request({ ...place(upstreamPort, from, path), headers, timeout: upstreamTimeoutMs })
  onward.on('upgrade', (answer, upstreamSocket, upstreamHead) => {
    upstreamSocket.setTimeout(0)
    from.socket.setKeepAlive(true, keepAliveProbeMs)
    socket.write(headOf(answer, ['connection', 'Upgrade', 'upgrade', 'websocket']))
    join(socket, upstreamSocket)
    upstreamSocket.write(head)
    socket.write(upstreamHead)
  })
  onward.on('response', answer => {
    socket.write(headOf(answer, ['connection', 'close']))
    pipeline(answer, socket, () => socket.destroy())
  })
  onward.on('timeout', () => onward.destroy())
  onward.on('error', () => refuseRaw(socket, 503))
  socket.on('close', () => onward.destroy())
  onward.end()
}

/** Two sockets that carry each other's bytes, at the pace of the slower one, until one ends. */
function join(a: Duplex, b: Duplex): void {
  b.on('error', () => b.destroy())
  a.on('close', () => b.destroy())
  b.on('close', () => a.destroy())
  a.pipe(b)
  b.pipe(a)
}

const place = (upstreamPort: UpstreamPort, from: IncomingMessage, path: string) => ({
  host: '127.0.0.1',
  // Port 0 refuses at once, and the answer says that we are starting.
  port: upstreamPort() ?? 0,
  // A connection each: one kept open could end under a request that must not be sent twice.
  agent: false,
  method: from.method,
  path,
  setHost: false,
})

function headOf(answer: IncomingMessage, connection: readonly string[]): string {
  const pairs = [...forwardedHeaders(answer.rawHeaders), ...connection]
  const lines = pairs.flatMap((name, index) => (index % 2 === 0 ? [`${name}: ${pairs[index + 1]}`] : []))
  return [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`, ...lines, '', ''].join('\r\n')
}

const words: Partial<Record<ApiErrorCode, string>> = {
  'not-found': 'There is no such thing.',
  'bad-input': 'The body is too large.',
  unavailable: 'The control is starting. Try again in a moment.',
}

function refuse(to: ServerResponse, status: number, code: ApiErrorCode): void {
  to.writeHead(status, { 'content-type': 'application/json', connection: 'close' })
  to.end(JSON.stringify({ error: { code, message: words[code] ?? code } }))
}

function refuseRaw(socket: Duplex, status: number): void {
  if (!socket.writable) return void socket.destroy()
  socket.end(`HTTP/1.1 ${status} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`)
}

/** Fails once more than so many bytes came: a body may come without its length. */
function atMost(maxBytes: number): Transform {
  let bytes = 0
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length
      if (bytes > maxBytes) done(new Error('a body too large'))
      else done(null, chunk)
    },
  })
}
