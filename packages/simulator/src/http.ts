import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Door, Inside } from './protocol.ts'

export interface HttpRequest {
  readonly method: string
  readonly path: string
  /** As on the request line: with the query. */
  readonly url: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

export interface HttpAnswer {
  readonly status: number
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly text: string
  /** Runs when the answer is out. */
  readonly after?: () => void
}

/** `null`: it closes without a word. */
export type Respond = (request: HttpRequest) => HttpAnswer | null

/** A miner's web server. */
export function httpDoor(inside: Inside, respond: Respond): Door {
  return {
    port: 80,
    serve: socket => {
      webs.set(socket, { inside, respond })
      server.emit('connection', socket)
    },
  }
}

const mostBytes = 64 * 1024

interface Web {
  readonly inside: Inside
  readonly respond: Respond
}

const webs = new WeakMap<Socket, Web>()

// One parser of HTTP for all miners: a server each would cost each a timer and some kilobytes.
const server = createServer((request, response) => {
  const web = webs.get(request.socket)
  if (web === undefined) response.destroy()
  else read(request, body => answer(web, { request, response, body }))
})
server.timeout = 60_000

function read(request: IncomingMessage, then: (body: string) => void): void {
  const chunks: Buffer[] = []
  let size = 0
  request.on('data', (chunk: Buffer) => {
    size += chunk.length
    if (size > mostBytes) request.destroy()
    else chunks.push(chunk)
  })
  request.on('end', () => then(Buffer.concat(chunks).toString('utf8')))
}

function answer(web: Web, of: { request: IncomingMessage; response: ServerResponse; body: string }): void {
  const { request, response, body } = of
  const url = request.url ?? '/'
  const path = url.split('?')[0] ?? '/'
  const said = web.respond({ method: request.method ?? 'GET', path, url, headers: plain(request), body })
  if (said === null) {
    response.destroy()
    return
  }
  web.inside.deliver(said.text, text => {
    response.writeHead(said.status, {
      'content-type': said.type ?? 'application/json',
      'content-length': Buffer.byteLength(text),
      // Miners' web servers have few sockets.
      connection: 'close',
      ...said.headers,
    })
    response.end(text, said.after)
  })
}

function plain(request: IncomingMessage): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(request.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  )
}
