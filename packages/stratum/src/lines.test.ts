import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createLineSplitter } from './lines.ts'
import type { Line, LineSplitter } from './lines.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

function split(chunks: readonly Uint8Array[], splitter: LineSplitter = createLineSplitter()): Line[] {
  return [...chunks.flatMap(chunk => splitter.push(chunk)), ...splitter.end()]
}

function cut(bytes: Uint8Array, at: readonly number[]): Uint8Array[] {
  const places = [0, ...at.map(place => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]
  return places.slice(1).map((to, index) => bytes.slice(places[index], to))
}

/** Bytes with many line ends in them, and lines around the limit of 16. */
const stream = fc
  .array(
    fc.oneof(fc.uint8Array({ maxLength: 24 }), fc.constantFrom(bytesOf('\n'), bytesOf('\r\n'), bytesOf('{"id":1}\n'))),
  )
  .map(parts => new Uint8Array(parts.flatMap(part => [...part])))
const places = fc.array(fc.nat(1000))

test('[P1] gives the same lines however the bytes are cut', () => {
  fc.assert(
    fc.property(stream, places, (bytes, at) => {
      expect(split(cut(bytes, at), createLineSplitter(16))).toEqual(split([bytes], createLineSplitter(16)))
    }),
  )
})

test('[P1] keeps every byte: the lines one after the other are the input', () => {
  fc.assert(
    fc.property(stream, places, (bytes, at) => {
      const raws = split(cut(bytes, at)).map(line => (line.kind === 'line' ? line.raw : new Uint8Array()))
      expect(raws.flatMap(raw => [...raw])).toEqual([...bytes])
    }),
  )
})

test('agrees with a plain split of the text', () => {
  fc.assert(
    fc.property(fc.array(fc.stringMatching(/^[a-z ]{0,8}$/)), places, (texts, at) => {
      const lines = split(cut(bytesOf(texts.map(text => `${text}\n`).join('')), at))
      expect(lines.map(line => (line.kind === 'line' ? textOf(line.body) : null))).toEqual(texts)
    }),
  )
})

test('counts the bytes of a line that is too long, and reads on after it', () => {
  fc.assert(
    fc.property(fc.integer({ min: 16, max: 80 }), places, (length, at) => {
      const bytes = bytesOf(`${'x'.repeat(length)}\nok\n`)
      const [long, next] = split(cut(bytes, at), createLineSplitter(16))
      expect(long).toEqual({ kind: 'too-long', byteCount: length + 1, terminated: true })
      expect(next).toMatchObject({ kind: 'line', body: bytesOf('ok') })
    }),
  )
})

test('takes a line of just the limit', () => {
  const [line] = split([bytesOf('123456789012345\n')], createLineSplitter(16))
  expect(line).toMatchObject({ kind: 'line', terminated: true })
})

test('leaves CRLF, and a lone CR at the end, in raw and only CRLF out of the body', () => {
  const lines = split([bytesOf('a\r\n\r\n\nb\r')])
  expect(lines.map(line => line.kind === 'line' && [textOf(line.raw), textOf(line.body), line.terminated])).toEqual([
    ['a\r\n', 'a', true],
    ['\r\n', '', true],
    ['\n', '', true],
    ['b\r', 'b\r', false],
  ])
})

test('says of an unterminated last line that it is too long too', () => {
  expect(split([bytesOf('x'.repeat(20))], createLineSplitter(16))).toEqual([
    { kind: 'too-long', byteCount: 20, terminated: false },
  ])
})

test('holds no more than the limit while a line without end comes in', () => {
  const splitter = createLineSplitter(1024)
  const chunk = new Uint8Array(64)
  const lines = Array.from({ length: 10_000 }, () => splitter.push(chunk)).flat()
  expect(lines).toEqual([])
  expect(splitter.pendingBytes()).toBe(640_000)
  expect(splitter.push(bytesOf('\n'))).toEqual([{ kind: 'too-long', byteCount: 640_001, terminated: true }])
})

test('takes a megabyte byte by byte', () => {
  const splitter = createLineSplitter()
  const byte = bytesOf('x')
  for (let i = 1; i < 1_048_576; i++) splitter.push(byte)
  const [line] = splitter.push(bytesOf('\n'))
  expect(line?.kind === 'line' && line.raw.length).toBe(1_048_576)
})

test('gives lines that later chunks do not change', () => {
  const splitter = createLineSplitter()
  splitter.push(bytesOf('fir'))
  const [first] = splitter.push(bytesOf('st\n'))
  splitter.push(bytesOf('second'))
  splitter.push(bytesOf(' line\n'))
  expect(first?.kind === 'line' && textOf(first.raw)).toBe('first\n')
})
