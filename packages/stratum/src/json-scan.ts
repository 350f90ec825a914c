/** Where a JSON value stands in its bytes: from its first byte to after its last. */
export interface Span {
  readonly from: number
  readonly to: number
}

export interface Member {
  readonly key: Span
  readonly value: Span
}

/**
 * Finds values in the bytes of a text that `JSON.parse` takes, without losing how they were spelled.
 * Lenient about what `JSON.parse` refuses; works on any bytes, UTF-8 or not.
 */
export function valueAt(bytes: Uint8Array, at: number): Span {
  const from = skipBlanks(bytes, at)
  return { from, to: endOfValue(bytes, from) }
}

/** Members of the object that is at `from`; none when it is no object. */
export function membersOf(bytes: Uint8Array, from: number): Member[] {
  if (bytes[from] !== openBrace) return []
  const members: Member[] = []
  let at = skipBlanks(bytes, from + 1)
  while (at < bytes.length && bytes[at] !== closeBrace) {
    const key = valueAt(bytes, at)
    const value = valueAt(bytes, skipBlanks(bytes, key.to) + 1)
    members.push({ key, value })
    at = afterComma(bytes, value.to)
  }
  return members
}

/** Elements of the array that is at `from`; none when it is no array. */
export function elementsOf(bytes: Uint8Array, from: number): Span[] {
  if (bytes[from] !== openBracket) return []
  const elements: Span[] = []
  let at = skipBlanks(bytes, from + 1)
  while (at < bytes.length && bytes[at] !== closeBracket) {
    const element = valueAt(bytes, at)
    elements.push(element)
    at = afterComma(bytes, element.to)
  }
  return elements
}

const blanks: ReadonlySet<number> = new Set([9, 10, 13, 32])
const quote = 34
const comma = 44
const backslash = 92
const openBracket = 91
const closeBracket = 93
const openBrace = 123
const closeBrace = 125

/** Where the next token begins. A value that begins there is not looked for, which can take as long as the line is. */
export function skipBlanks(bytes: Uint8Array, at: number): number {
  let i = at
  while (blanks.has(bytes[i] ?? 0)) i++
  return i
}

function afterComma(bytes: Uint8Array, at: number): number {
  const next = skipBlanks(bytes, at)
  return bytes[next] === comma ? skipBlanks(bytes, next + 1) : next
}

function endOfValue(bytes: Uint8Array, from: number): number {
  const first = bytes[from]
  if (first === quote) return endOfString(bytes, from)
  if (first === openBrace || first === openBracket) return endOfNest(bytes, from)
  let at = from
  while (at < bytes.length && !endsScalar(bytes[at])) at++
  // One byte at least, so that whoever walks over garbage gets on.
  return Math.min(bytes.length, Math.max(at, from + 1))
}

function endsScalar(byte: number | undefined): boolean {
  return byte === comma || byte === closeBrace || byte === closeBracket || blanks.has(byte ?? 0)
}

function endOfString(bytes: Uint8Array, from: number): number {
  for (let at = bytes.indexOf(quote, from + 1); at >= 0; at = bytes.indexOf(quote, at + 1)) {
    let slashes = 0
    while (bytes[at - 1 - slashes] === backslash) slashes++
    if (slashes % 2 === 0) return at + 1
  }
  return bytes.length
}

function endOfNest(bytes: Uint8Array, from: number): number {
  let depth = 0
  let at = from
  while (at < bytes.length) {
    const byte = bytes[at]
    if (byte === quote) {
      at = endOfString(bytes, at)
      continue
    }
    if (byte === openBrace || byte === openBracket) depth++
    if ((byte === closeBrace || byte === closeBracket) && --depth === 0) return at + 1
    at++
  }
  return bytes.length
}
