import type { Socket } from 'node:net'
import { mostBytesAhead, requestIn, type HttpRequest, type ReceivedRequest } from './http-request.ts'
import type { Door, Inside } from './protocol.ts'

export type { HttpRequest } from './http-request.ts'

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

/**
 * A miner's web server. It is not `node:http`: that costs three times as much for a page, and here is one client that
 * asks thousands of servers.
 */
export function httpDoor(inside: Inside, respond: Respond): Door {
  return { port: 80, serve: socket => converse(socket, { inside, respond }) }
}

interface Web {
  readonly inside: Inside
  readonly respond: Respond
}

/** Between bytes of a request, and until an answer is taken. */
const stalledMs = 60_000
// As lighttpd comes (`server.max-keep-alive-idle`, `server.max-keep-alive-requests`): control boards have few sockets.
const keptAliveMs = 5_000
const keptAliveFor = 16

/** Requests of one connection, one after another, answered in order. */
function converse(socket: Socket, web: Web): void {
  let received: Buffer = Buffer.alloc(0)
  let served = 0
  let isBusy = false
  const next = () => {
    if (isBusy || received.length === 0) return
    const found = requestIn(received)
    if (found.kind === 'partial') return
    received = found.kind === 'whole' ? received.subarray(found.length) : Buffer.alloc(0)
    isBusy = true
    if (served > 0) socket.setTimeout(stalledMs)
    served += 1
    const isLast = found.kind === 'bad' || found.closes || served >= keptAliveFor
    answer(found, web, { socket, isLast, sent: rest })
  }
  const rest = () => {
    isBusy = false
    socket.setTimeout(keptAliveMs)
    if (socket.readableEnded) socket.end()
    else next()
  }
  socket.setTimeout(stalledMs, () => socket.destroy())
  socket.on('data', chunk => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk])
    if (received.length > mostBytesAhead) socket.destroy()
    else next()
  })
  // Who asks no more still hears the answer.
  socket.on('end', () => !isBusy && socket.end())
}

interface Sending {
  readonly socket: Socket
  readonly isLast: boolean
  /** The answer is out, and the connection stays. */
  readonly sent: () => void
}

function answer(found: Exclude<ReceivedRequest, { kind: 'partial' }>, web: Web, sending: Sending): void {
  const { socket, isLast, sent } = sending
  const said = found.kind === 'bad' ? refusal(found.status) : web.respond(found.request)
  if (said === null) {
    socket.destroy()
    return
  }
  web.inside.deliver(said.text, text => {
    const whole = page(said, text, { isLast, now: web.inside.now() })
    if (isLast) socket.end(whole, said.after)
    else
      socket.write(whole, () => {
        said.after?.()
        sent()
      })
  })
}

function refusal(status: number): HttpAnswer {
  return { status, type: 'text/plain', text: reasons[status] ?? '' }
}

const reasons: Readonly<Record<number, string>> = {
  200: 'OK',
  307: 'Temporary Redirect',
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  411: 'Length Required',
  413: 'Payload Too Large',
  431: 'Request Header Fields Too Large',
}

function page(said: HttpAnswer, text: string, on: { isLast: boolean; now: number }): string {
  let head = `HTTP/1.1 ${said.status} ${reasons[said.status] ?? ''}\r\nContent-Type: ${said.type ?? 'application/json'}\r\n`
  for (const name in said.headers) head += `${name}: ${said.headers[name]}\r\n`
  if (on.isLast) head += 'Connection: close\r\n'
  head += `Content-Length: ${Buffer.byteLength(text)}\r\nDate: ${new Date(on.now).toUTCString()}\r\n\r\n`
  return head + text
}
