/** A value in a line of JSON, with the bytes that it was written in. */
export interface JsonNode {
  readonly kind: 'object' | 'array' | 'string' | 'number' | 'word'
  /** Its name in an object, its place in an array; `null` for the whole. */
  readonly key: string | null
  /** As a person reads it; empty for objects and arrays. */
  readonly text: string
  /** Of its bytes, the end exclusive. */
  readonly start: number
  readonly end: number
  readonly children: readonly JsonNode[]
}

const deepest = 32
const mostNodes = 5000
const scalar = /-?\d[\d.eE+-]*|true|false|null/y
const blank = /[ \t\r\n]*/y
const quoted = /"(?:[^"\\]|\\.)*"/sy

/** Reads one JSON value and where each part of it stands; `null` when the bytes are not JSON. */
export function jsonTree(bytes: Uint8Array): JsonNode | null {
  const reader = new Reader(bytes)
  try {
    return reader.whole()
  } catch (error) {
    if (error instanceof NotJson) return null
    throw error
  }
}

class NotJson extends Error {}

class Reader {
  readonly #bytes: Uint8Array
  /** A character for each byte, so that places in it are places in the bytes. */
  readonly #text: string
  #at = 0
  #nodes = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
    this.#text = Array.from(bytes, byte => String.fromCharCode(byte)).join('')
  }

  whole(): JsonNode {
    this.#skipBlank()
    const node = this.#value(null, 0)
    this.#skipBlank()
    if (this.#at !== this.#text.length) throw new NotJson()
    return node
  }

  #value(key: string | null, depth: number): JsonNode {
    if (depth > deepest || ++this.#nodes > mostNodes) throw new NotJson()
    const start = this.#at
    const first = this.#text[start]
    if (first === '{') return this.#group({ key, depth, kind: 'object', close: '}' })
    if (first === '[') return this.#group({ key, depth, kind: 'array', close: ']' })
    if (first === '"') return { kind: 'string', key, text: this.#string(), start, end: this.#at, children: [] }
    const text = this.#match(scalar)
    const kind = /^[tfn]/.test(text) ? 'word' : 'number'
    return { kind, key, text, start, end: this.#at, children: [] }
  }

  #group(group: { key: string | null; depth: number; kind: 'object' | 'array'; close: string }): JsonNode {
    const start = this.#at++
    const children: JsonNode[] = []
    this.#skipBlank()
    while (this.#text[this.#at] !== group.close) {
      if (children.length > 0) this.#take(',')
      const key = group.kind === 'object' ? this.#name() : String(children.length)
      children.push(this.#value(key, group.depth + 1))
      this.#skipBlank()
    }
    this.#at++
    return { kind: group.kind, key: group.key, text: '', start, end: this.#at, children }
  }

  #name(): string {
    this.#skipBlank()
    const name = this.#string()
    this.#skipBlank()
    this.#take(':')
    return name
  }

  #string(): string {
    const start = this.#at
    this.#match(quoted)
    const written = new TextDecoder().decode(this.#bytes.subarray(start, this.#at))
    try {
      return String(JSON.parse(written))
    } catch {
      throw new NotJson()
    }
  }

  #take(char: string): void {
    if (this.#text[this.#at] !== char) throw new NotJson()
    this.#at++
    this.#skipBlank()
  }

  #skipBlank(): void {
    this.#match(blank)
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at
    const [found] = pattern.exec(this.#text) ?? []
    if (found === undefined) throw new NotJson()
    this.#at += found.length
    return found
  }
}
