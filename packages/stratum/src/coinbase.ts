import { hexFromBytes } from './hex.ts'

export interface Coinbase {
  /** Block height (BIP 34); `null` when the script does not begin with one. */
  readonly height: number | null
  /** Script of the one input, hex. */
  readonly script: string
  /** Readable text in the script: names of pools and of their customers. */
  readonly tags: readonly string[]
  readonly outputs: readonly CoinbaseOutput[]
  readonly sequence: number
  /** F2Pool counts templates in it: any value is usual. */
  readonly lockTime: number
  readonly totalSat: number
}

export interface CoinbaseOutput {
  readonly amountSat: number
  /** Hex. */
  readonly script: string
}

/** Reads a coinbase transaction, with or without witness; `null` when the bytes are no such thing. */
export function readCoinbase(bytes: Uint8Array): Coinbase | null {
  try {
    return read(createReader(bytes))
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

/** A character a byte: what is ASCII stays so. */
const latin1 = new TextDecoder('latin1')
const tagPattern = /[ -~]{6,}/g
/** From here on a lock time, and so a height, would be a date (BIP 113). */
const heightLimit = 500_000_000

/** Reading beyond the end throws a RangeError, as DataView does. */
interface Reader {
  uint8(): number
  uint32(): number
  uint64(): number
  count(): number
  bytes(count: number): Uint8Array
  peek(offset: number): number
  left(): number
}

function read(reader: Reader): Coinbase | null {
  reader.uint32()
  const isSegwit = reader.peek(0) === 0
  if (isSegwit) reader.bytes(2)
  if (reader.count() !== 1) return null
  reader.bytes(36)
  const script = reader.bytes(reader.count())
  const sequence = reader.uint32()
  const outputs = readOutputs(reader)
  if (isSegwit) skipWitness(reader)
  const lockTime = reader.uint32()
  if (reader.left() > 0) return null
  const totalSat = outputs.reduce((sum, output) => sum + output.amountSat, 0)
  return {
    height: heightIn(script),
    script: hexFromBytes(script),
    tags: tagsIn(script),
    outputs,
    sequence,
    lockTime,
    totalSat,
  }
}

function readOutputs(reader: Reader): CoinbaseOutput[] {
  const outputs: CoinbaseOutput[] = []
  for (let left = reader.count(); left > 0; left--) {
    const amountSat = reader.uint64()
    outputs.push({ amountSat, script: hexFromBytes(reader.bytes(reader.count())) })
  }
  return outputs
}

function skipWitness(reader: Reader): void {
  for (let left = reader.count(); left > 0; left--) reader.bytes(reader.count())
}

/** Blocks before BIP 34 begin with other pushes, nbits for one: those that look like no height are `null`. */
function heightIn(script: Uint8Array): number | null {
  const size = script[0] ?? 0
  // OP_1 to OP_16 stand for themselves: signet and regtest begin there.
  if (size >= 0x51 && size <= 0x60) return size - 0x50
  if (size < 1 || size > 4 || script.length <= size) return null
  const digits = script.subarray(1, size + 1)
  const height = digits.reduceRight((value, byte) => value * 256 + byte, 0)
  return height < heightLimit ? height : null
}

/** Foundry writes its tag without a push before it: bytes are scanned, opcodes not walked. */
function tagsIn(script: Uint8Array): string[] {
  return latin1.decode(script).match(tagPattern) ?? []
}

function createReader(bytes: Uint8Array): Reader {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  const advance = (count: number): number => {
    if (count > bytes.length - at) throw new RangeError('beyond the end')
    at += count
    return at - count
  }
  const uint8 = () => view.getUint8(advance(1))
  const uint32 = () => view.getUint32(advance(4), true)
  const uint64 = () => Number(view.getBigUint64(advance(8), true))
  const count = (): number => {
    const first = uint8()
    if (first < 0xfd) return first
    if (first === 0xfd) return view.getUint16(advance(2), true)
    return first === 0xfe ? uint32() : uint64()
  }
  return {
    uint8,
    uint32,
    uint64,
    count,
    bytes: size => {
      const from = advance(size)
      return bytes.subarray(from, from + size)
    },
    peek: offset => view.getUint8(at + offset),
    left: () => bytes.length - at,
  }
}
