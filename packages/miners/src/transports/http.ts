import { request as httpRequest, type ClientRequest, type IncomingMessage } from 'node:http'
import type { HttpReply } from '../driver.ts'
import type { MinerError } from '../miner-error.ts'
import type { Place } from './cgminer.ts'
import { aborted, failureOf, timedOut, tooLarge } from './failure.ts'

export type Sending = {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

const maxBytes = 1024 * 1024

/** One HTTP request over a connection of its own. Redirects are not followed, and no `Origin` is sent. */
export function sendHttp(
  place: Place,
  sending: Sending,
  timing: { timeoutMs: number; signal: AbortSignal },
): Promise<HttpReply> {
  const { signal } = timing
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(aborted(false))
    const outgoing = start(place, sending)
    let connected = false
    const finish = (settle: () => void) => {
      clearTimeout(deadline)
      signal.removeEventListener('abort', abort)
      settle()
      outgoing.destroy()
    }
    const fail = (error: MinerError) => finish(() => reject(error))
    const abort = () => fail(aborted(connected))
    const deadline = setTimeout(() => fail(timedOut(connected)), timing.timeoutMs)
    signal.addEventListener('abort', abort, { once: true })
    outgoing.on('socket', socket => socket.on('connect', () => (connected = true)))
    outgoing.on('error', error => fail(failureOf(error, connected)))
    outgoing.on('response', incoming => {
      collect(incoming).then(
        reply => finish(() => resolve(reply)),
        (error: unknown) => fail(failureOf(error, true)),
      )
    })
    outgoing.end(sending.body ?? undefined)
  })
}

function start(place: Place, { method, path, headers, body }: Sending): ClientRequest {
  const length = body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  return httpRequest({
    host: place.host,
    port: place.port,
    ...(place.localAddress === undefined ? {} : { localAddress: place.localAddress }),
    method,
    path,
    headers: { ...headers, ...length, connection: 'close' },
    agent: false,
    maxHeaderSize: 16 * 1024,
  })
}

async function collect(incoming: IncomingMessage): Promise<HttpReply> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of incoming) {
    const bytes = Buffer.from(chunk)
    size += bytes.length
    if (size > maxBytes) throw tooLarge()
    chunks.push(bytes)
  }
  return { status: incoming.statusCode ?? 0, headers: plain(incoming), body: Buffer.concat(chunks).toString('utf8') }
}

function plain(incoming: IncomingMessage): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(incoming.headers).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.join(', ') : (value ?? ''),
    ]),
  )
}
