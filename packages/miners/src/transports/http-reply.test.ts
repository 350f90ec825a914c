import { array, assert, constantFrom, integer, property, string, tuple, uint8Array } from 'fast-check'
import { expect, test } from 'vitest'
import { createReplyReader } from './http-reply.ts'

const bytes = (text: string) => Buffer.from(text, 'latin1')

/** Reads a reply that comes in pieces; null when it never is whole. */
function read(received: Buffer, cuts: readonly number[] = [], ended = true) {
  const reader = createReplyReader()
  for (const cut of cuts)
    if (reader.isWhole(received.subarray(0, cut), false)) return reader.reply(received.subarray(0, cut))
  return reader.isWhole(received, ended) ? reader.reply(received) : null
}

test('reads a reply with a length, in chunks, and up to the end', () => {
  const head = 'HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nX: 1\r\nx: 2\r\n'
  const reply = { status: 200, headers: { 'content-type': 'text/plain', x: '1, 2' }, body: 'hello' }
  expect(read(bytes(`${head}Content-Length: 5\r\n\r\nhello, and more`), [], false)).toMatchObject(reply)
  const chunks = '3;ext=1\r\nhel\r\n2 \r\nlo\r\n0\r\nTrailer: x\r\n\r\n'
  expect(read(bytes(`${head}Transfer-Encoding: chunked\r\n\r\n${chunks}`), [], false)).toMatchObject(reply)
  expect(read(bytes(`${head}\r\nhello`))).toMatchObject(reply)
  expect(read(bytes(`${head}\r\nhello`), [], false)).toBeNull()
})

test('passes over what is only interim, and takes no body from a reply that has none', () => {
  expect(read(bytes('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.0 204 \r\n\r\n'), [], false)).toEqual({
    status: 204,
    headers: {},
    body: '',
  })
})

test('a reply that is cut off is not whole', () => {
  expect(read(bytes('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhell'))).toBeNull()
  expect(read(bytes('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhell'))).toBeNull()
  expect(read(bytes('HTTP/1.1 200 OK\r\nConte'))).toBeNull()
})

test.each([
  ['another protocol', 'SSH-2.0-OpenSSH'],
  ['no status', 'HTTP/1.1 OK\r\n\r\n'],
  ['a line without a colon', 'HTTP/1.1 200 OK\r\nnothing\r\n\r\n'],
  ['two lengths', 'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab'],
  ['a length that is none', 'HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n'],
  ['a chunk without a size', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n'],
  ['a head without end', `HTTP/1.1 200 OK\r\n${'a: b\r\n'.repeat(4000)}`],
])('[X2] refuses %s', (_, text) => {
  expect(() => read(bytes(text))).toThrow(expect.objectContaining({ code: 'bad-reply' }))
})

test('[X2] refuses a reply that is too large by its own word', () => {
  for (const body of ['Content-Length: 9999999\r\n\r\n', 'Transfer-Encoding: chunked\r\n\r\nfffffff\r\n']) {
    expect(() => read(bytes(`HTTP/1.1 200 OK\r\n${body}`))).toThrow(expect.objectContaining({ code: 'too-large' }))
  }
})

test('reads the same however it comes in pieces', () => {
  const body = array(string({ minLength: 1, maxLength: 20 }), { maxLength: 4 })
  assert(
    property(
      body,
      constantFrom('length', 'chunks', 'rest'),
      array(integer({ min: 0, max: 300 })),
      (parts, kind, cuts) => {
        const text = parts.join('')
        const chunk = (part: string) => `${Buffer.byteLength(part).toString(16)}\r\n${part}\r\n`
        const how = {
          length: `Content-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`,
          chunks: `Transfer-Encoding: chunked\r\n\r\n${parts.map(chunk).join('')}0\r\n\r\n`,
          rest: `\r\n${text}`,
        }
        const received = Buffer.from(`HTTP/1.1 200 OK\r\n${how[kind]}`)
        const inOrder = cuts.filter(cut => cut <= received.length).sort((a, b) => a - b)
        expect(read(received, inOrder)?.body).toBe(text)
      },
    ),
  )
})

test('[X2] any bytes give a reply, none yet, or a plain refusal', () => {
  const begin = constantFrom('', 'HTTP/1.1 200 OK\r\n', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
  assert(
    property(tuple(begin, uint8Array({ maxLength: 200 })), ([head, rest]) => {
      const received = Buffer.concat([bytes(head), rest])
      try {
        read(received)
      } catch (error) {
        expect(error).toMatchObject({ name: 'MinerError' })
      }
    }),
  )
})
