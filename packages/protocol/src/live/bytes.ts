/** What is wrong with bytes from outside, and where. */
export type CodecErrorCode = 'truncated' | 'format' | 'checksum' | 'header' | 'presence' | 'column' | 'trailing'

export interface CodecError {
  readonly code: CodecErrorCode
  readonly text: string
  readonly offset: number
}

/** Writes numbers, low byte first, into a buffer that grows. */
export class ByteWriter {
  #bytes = new Uint8Array(1024)
  #length = 0

  get length(): number {
    return this.#length
  }

  clear(): void {
    this.#length = 0
  }

  byte(value: number): void {
    if (this.#length === this.#bytes.length) this.#grow(1)
    this.#bytes[this.#length++] = value
  }

  /** LEB128: seven bits a byte. Any whole number from 0 to 2^53 - 1. */
  varint(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      this.byte((rest % 0x80) | 0x80)
      rest = Math.floor(rest / 0x80)
    }
    this.byte(rest)
  }

  u32(value: number): void {
    for (const shift of [0, 8, 16, 24]) this.byte((value >>> shift) & 0xff)
  }

  append(bytes: Uint8Array): void {
    if (this.#length + bytes.length > this.#bytes.length) this.#grow(bytes.length)
    this.#bytes.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** What was written so far, not copied: good until the next write. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length)
  }

  /** What was written so far, in a buffer of its own. */
  copy(): Uint8Array<ArrayBuffer> {
    return this.#bytes.slice(0, this.#length)
  }

  #grow(more: number): void {
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more))
    grown.set(this.view())
    this.#bytes = grown
  }
}

/** Reads what a ByteWriter wrote. The first failure is kept, and everything read after it is 0 or empty: check `failure` before use. */
export class ByteReader {
  readonly #bytes: Uint8Array
  #offset = 0
  #failure: CodecError | null = null

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get failure(): CodecError | null {
    return this.#failure
  }

  get left(): number {
    return this.#failure ? 0 : this.#bytes.length - this.#offset
  }

  fail(code: CodecErrorCode, text: string): void {
    this.#failure ??= { code, text, offset: this.#offset }
  }

  byte(): number {
    const byte = this.#failure ? 0 : this.#bytes[this.#offset]
    if (byte === undefined) this.fail('truncated', 'a byte expected, none left')
    else if (!this.#failure) this.#offset++
    return byte ?? 0
  }

  /** A whole number in its shortest form, so that equal values have equal bytes. */
  varint(): number {
    let value = 0
    for (let scale = 1; scale <= 2 ** 49; scale *= 0x80) {
      const byte = this.byte()
      value += (byte & 0x7f) * scale
      if (byte >= 0x80) continue
      if ((byte === 0 && scale > 1) || !Number.isSafeInteger(value)) break
      return value
    }
    this.fail('format', 'a number is too long')
    return 0
  }

  u32(): number {
    const bytes = this.take(4)
    return [3, 2, 1, 0].reduce((value, index) => value * 256 + (bytes[index] ?? 0), 0)
  }

  /** The next bytes, not copied. */
  take(count: number): Uint8Array {
    if (count > this.left) this.fail('truncated', `${count} bytes expected, ${this.left} left`)
    if (this.#failure) return new Uint8Array()
    this.#offset += count
    return this.#bytes.subarray(this.#offset - count, this.#offset)
  }
}

/** CRC-32 as in zlib and Ethernet (ISO 3309, polynomial 0xEDB88320 reflected). */
export function crc32(bytes: Uint8Array): number {
  let crc = -1
  for (let index = 0; index < bytes.length; index++) {
    crc = (crcTable[(crc ^ (bytes[index] ?? 0)) & 0xff] ?? 0) ^ (crc >>> 8)
  }
  return ~crc >>> 0
}

const crcTable = Int32Array.from({ length: 256 }, (_, start) => {
  let value = start
  for (let bit = 0; bit < 8; bit++) value = (value & 1) === 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  return value
})
