import type { HttpReply } from '../driver.ts'
import type { Place } from './cgminer.ts'
import { createReplyReader, maxReplyBytes } from './http-reply.ts'
import { exchange } from './socket.ts'

export type Sending = {
  readonly method: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
}

/**
 * One HTTP request over a connection of its own. Redirects are not followed, and no `Origin` is sent. Written by hand:
 * Node's client costs several times as much, and a large site is asked thousands of times a second.
 */
export async function sendHttp(
  place: Place,
  sending: Sending,
  timing: { timeoutMs: number; signal: AbortSignal },
): Promise<HttpReply> {
  const reader = createReplyReader()
  const received = await exchange(
    {
      ...place,
      send: bytesOf(place, sending),
      timeoutMs: timing.timeoutMs,
      // A head, and chunks that may be small.
      maxBytes: 2 * maxReplyBytes,
      isWhole: reader.isWhole,
      keepsPart: false,
    },
    timing.signal,
  )
  return reader.reply(received)
}

function bytesOf({ host, port }: Place, { method, path, headers, body }: Sending): Buffer {
  const length = body === null ? {} : { 'content-length': String(Buffer.byteLength(body)) }
  const all = { host: port === 80 ? host : `${host}:${port}`, ...headers, ...length, connection: 'close' }
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}`)
  const head = [`${method} ${path} HTTP/1.1`, ...lines]
  if (head.some(line => !printable.test(line))) throw new Error('a request line with characters that none may have')
  const text = Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1')
  return body === null ? text : Buffer.concat([text, Buffer.from(body)])
}

const printable = /^[\t\u0020-\u007e\u0080-\u00ff]*$/
