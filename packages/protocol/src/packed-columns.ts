import type { z } from 'zod'
import type { ByteReader, ByteWriter } from './live/bytes.ts'
import { decodeText, encodeText } from './text.ts'

/** A text of its own for each row, or `null`: all of them in one string, which can be searched as a whole. */
export interface TextColumn {
  readonly text: string
  /** Where the text of each row ends in that string; it begins where that of the row before ends. */
  readonly ends: Uint32Array
  /** 1 where the row has none. */
  readonly absent: Uint8Array
}

/** Few different values: one of `words` for each row. */
export interface WordColumn<T> {
  readonly words: readonly T[]
  readonly index: Uint16Array
}

export function textAt({ text, ends, absent }: TextColumn, row: number): string | null {
  return absent[row] === 0 ? text.slice(row === 0 ? 0 : ends[row - 1], ends[row]) : null
}

/** Lengths first, in UTF-16 units and one more than they are: 0 is `null`. Then all texts as one. */
export function writeTexts(writer: ByteWriter, texts: readonly (string | null)[]): void {
  for (const text of texts) writer.varint(text === null ? 0 : text.length + 1)
  writer.append(encodeText(texts.join('')))
}

export function readTexts(reader: ByteReader, count: number, maxLength: number): TextColumn {
  const ends = new Uint32Array(count)
  const absent = new Uint8Array(count)
  let end = 0
  for (let row = 0; row < count; row++) {
    const length = reader.varint()
    if (length > maxLength + 1) reader.fail('column', `a text of more than ${maxLength}`)
    if (length === 0) absent[row] = 1
    else end += length - 1
    ends[row] = end
  }
  const text = decodeText(reader.take(reader.left))
  if (text?.length !== end) reader.fail('column', 'texts that do not fit their lengths')
  return { text: text ?? '', ends, absent }
}

/** The words as JSON, then the position of each row's. */
export function writeWords(writer: ByteWriter, values: readonly unknown[]): void {
  const texts = values.map(value => JSON.stringify(value))
  const words = new Map([...new Set(texts)].map((text, position) => [text, position]))
  writer.varint(words.size)
  for (const text of words.keys()) {
    const bytes = encodeText(text)
    writer.varint(bytes.length)
    writer.append(bytes)
  }
  for (const text of texts) writer.varint(words.get(text) ?? 0)
}

export function readWords<T>(reader: ByteReader, count: number, word: z.ZodType<T>): WordColumn<T> {
  const size = reader.varint()
  if (size > count) reader.fail('column', `${size} words for ${count} rows`)
  const words: T[] = []
  while (words.length < size && !reader.failure) {
    const read = word.safeParse(jsonOf(reader.take(reader.varint())))
    if (read.success) words.push(read.data)
    else reader.fail('column', 'a word that does not fit')
  }
  const index = new Uint16Array(count)
  for (let row = 0; row < count; row++) {
    index[row] = reader.varint()
    if ((index[row] ?? 0) >= size) reader.fail('column', 'a word that is not there')
  }
  return { words, index }
}

/** The least, then how much more each row has. Whole numbers from 0 on. */
export function writeNumbers(writer: ByteWriter, numbers: readonly number[]): void {
  const least = numbers.reduce((least, number) => Math.min(least, number), Number.MAX_SAFE_INTEGER)
  writer.varint(least)
  for (const number of numbers) writer.varint(number - least)
}

export function readNumbers(reader: ByteReader, count: number, max: number): Float64Array {
  const least = reader.varint()
  const numbers = new Float64Array(count)
  for (let row = 0; row < count; row++) {
    const number = least + reader.varint()
    if (number > max) reader.fail('column', `a number over ${max}`)
    numbers[row] = number
  }
  return numbers
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decodeText(bytes) ?? '')
  } catch {
    return undefined
  }
}
