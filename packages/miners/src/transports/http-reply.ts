import type { HttpReply } from '../driver.ts'
import { MinerError } from '../miner-error.ts'
import { tooLarge } from './failure.ts'

/** Puts one HTTP reply together, as its bytes come. Throws `MinerError` for what is none. */
export interface ReplyReader {
  /** @param received all that came so far  @param ended nothing more comes */
  readonly isWhole: (received: Buffer, ended: boolean) => boolean
  /** Once it is whole. */
  readonly reply: (received: Buffer) => HttpReply
}

interface Head {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Where the body begins. */
  readonly bodyAt: number
  readonly body: { readonly kind: 'length'; readonly bytes: number } | { readonly kind: 'chunks' | 'rest' }
}

const maxHeadBytes = 16 * 1024
export const maxReplyBytes = 1024 * 1024

/** HTTP/1.0 and 1.1 as in RFC 9112, for one reply on a connection that is closed after it. */
export function createReplyReader(): ReplyReader {
  let head: Head | null = null
  return {
    isWhole: (received, ended) => {
      head ??= headIn(received)
      return head !== null && isBodyWhole(received, head, ended)
    },
    reply: received => {
      head ??= headIn(received)
      if (head === null) throw noHttp()
      const { status, headers } = head
      return { status, headers, body: bodyOf(received, head).toString('utf8') }
    },
  }
}

function isBodyWhole(received: Buffer, { body, bodyAt }: Head, ended: boolean): boolean {
  switch (body.kind) {
    case 'length':
      return received.length >= bodyAt + body.bytes
    case 'chunks':
      return chunksIn(received, bodyAt).whole
    case 'rest':
      return ended
  }
}

function bodyOf(received: Buffer, { body, bodyAt }: Head): Buffer {
  if (body.kind === 'chunks') return Buffer.concat(chunksIn(received, bodyAt).parts)
  return received.subarray(bodyAt, body.kind === 'length' ? bodyAt + body.bytes : undefined)
}

/** `null` while it is not there in full. */
function headIn(received: Buffer): Head | null {
  const end = received.indexOf('\r\n\r\n')
  if (end === -1) {
    if (received.length > maxHeadBytes || !mayBegin(received)) throw noHttp()
    return null
  }
  if (end > maxHeadBytes) throw noHttp()
  const [first = '', ...lines] = received.toString('latin1', 0, end).split('\r\n')
  const status = Number(/^HTTP\/1\.[01] ([1-5]\d\d)(?: |$)/.exec(first)?.[1])
  if (!status) throw noHttp()
  // What is only interim is followed by the reply itself.
  if (status < 200) return later(received, end + 4)
  const headers = headersOf(lines)
  return { status, headers, bodyAt: end + 4, body: bodyKind(status, headers) }
}

function later(received: Buffer, by: number): Head | null {
  const head = headIn(received.subarray(by))
  return head && { ...head, bodyAt: head.bodyAt + by }
}

/** What is no HTTP is known by its first bytes. */
function mayBegin(received: Buffer): boolean {
  const begin = received.toString('latin1', 0, protocol.length)
  return protocol.startsWith(begin)
}

const protocol = 'HTTP/1.'

function headersOf(lines: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {}
  for (const line of lines) {
    const colon = line.indexOf(':')
    if (colon < 1) throw noHttp()
    const name = line.slice(0, colon).toLowerCase()
    const value = line.slice(colon + 1).trim()
    headers[name] = Object.hasOwn(headers, name) ? `${headers[name]}, ${value}` : value
  }
  return headers
}

function bodyKind(status: number, headers: Readonly<Record<string, string>>): Head['body'] {
  if (status === 204 || status === 304) return { kind: 'length', bytes: 0 }
  if (/\bchunked$/i.test(headers['transfer-encoding'] ?? '')) return { kind: 'chunks' }
  const length = headers['content-length']
  if (length === undefined) return { kind: 'rest' }
  if (!/^\d{1,15}$/.test(length)) throw noHttp()
  if (Number(length) > maxReplyBytes) throw tooLarge()
  return { kind: 'length', bytes: Number(length) }
}

function chunksIn(received: Buffer, from: number): { readonly whole: boolean; readonly parts: readonly Buffer[] } {
  const parts: Buffer[] = []
  for (let at = from; ;) {
    const lineEnd = received.indexOf('\r\n', at)
    if (lineEnd === -1) return { whole: false, parts }
    const size = /^([\da-f]{1,8})\s*(?:;.*)?$/i.exec(received.toString('latin1', at, Math.min(lineEnd, at + 64)))?.[1]
    if (size === undefined) throw noHttp()
    const bytes = Number.parseInt(size, 16)
    if (bytes > maxReplyBytes) throw tooLarge()
    const start = lineEnd + 2
    // Trailers say nothing that we need.
    if (bytes === 0) return { whole: true, parts }
    if (received.length < start + bytes + 2) return { whole: false, parts }
    parts.push(received.subarray(start, start + bytes))
    at = start + bytes + 2
  }
}

function noHttp(): MinerError {
  return new MinerError('bad-reply', 'the reply is no HTTP')
}
