export interface HttpRequest {
  readonly method: string
  readonly path: string
  /** As on the request line: with the query. */
  readonly url: string
  /** By names in small letters. */
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

export type ReceivedRequest =
  | {
      readonly kind: 'whole'
      readonly request: HttpRequest
      /** How many of the bytes it took. */
      readonly length: number
      /** The client wants no other answer on this connection. */
      readonly closes: boolean
    }
  | { readonly kind: 'partial' }
  | { readonly kind: 'bad'; readonly status: 400 | 411 | 413 | 431 }

const mostHeadBytes = 16 * 1024
const mostBodyBytes = 64 * 1024
/** What a client may send ahead of its answers. */
export const mostBytesAhead = mostHeadBytes + mostBodyBytes

/** The first request of what a connection brought. */
export function requestIn(received: Buffer): ReceivedRequest {
  const headLength = received.indexOf('\r\n\r\n')
  if (headLength > mostHeadBytes || (headLength === -1 && received.length > mostHeadBytes)) return bad(431)
  if (headLength === -1) return { kind: 'partial' }
  const [first = '', ...lines] = received.toString('latin1', 0, headLength).split('\r\n')
  const [, method, url, version] = requestLine.exec(first) ?? []
  const headers = headersOf(lines)
  if (method === undefined || url === undefined || headers === null) return bad(400)
  // No page of a miner takes a body in chunks.
  if (headers['transfer-encoding'] !== undefined) return bad(411)
  const told = headers['content-length'] ?? '0'
  if (!/^\d{1,10}$/.test(told)) return bad(400)
  const bodyLength = Number(told)
  if (bodyLength > mostBodyBytes) return bad(413)
  const from = headLength + 4
  const length = from + bodyLength
  if (received.length < length) return { kind: 'partial' }
  const path = url.split('?', 1)[0] ?? url
  const request = { method, path, url, headers, body: received.toString('utf8', from, length) }
  return { kind: 'whole', request, length, closes: closes(headers['connection'], version) }
}

const requestLine = /^([A-Z]{1,16}) (\/[\x21-\x7e]*) HTTP\/1\.([01])$/

function headersOf(lines: readonly string[]): Record<string, string> | null {
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon < 1) return null
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    headers[name] = Object.hasOwn(headers, name) ? `${headers[name]}, ${value}` : value
  }
  return headers
}

// One connection for each request is the rule of HTTP/1.0, and the exception of 1.1 (RFC 9112 section 9.3).
function closes(connection: string | undefined, version: string | undefined): boolean {
  const asked = connection?.toLowerCase()
  return version === '0' ? asked !== 'keep-alive' : asked === 'close'
}

function bad(status: 400 | 411 | 413 | 431): ReceivedRequest {
  return { kind: 'bad', status }
}
