/** Target of difficulty 1: `0xffff` followed by 208 zero bits. */
const targetOfOne = 0xffffn << 208n

/** Expected hashes for a share of difficulty 1: 2^48 / 65535, not 2^32. */
export const hashesPerDifficulty = 2 ** 48 / 65535

/** A hash as the integer that targets bound: little-endian. */
export function hashValue(hash: Uint8Array): bigint {
  let value = 0n
  const view = new DataView(hash.buffer, hash.byteOffset, hash.byteLength)
  for (let at = 24; at >= 0; at -= 8) value = (value << 64n) | view.getBigUint64(at, true)
  return value
}

/** Largest hash value that meets a difficulty. The difficulty counts as the decimal that it is written as. */
export function targetOf(difficulty: number): bigint {
  const { numerator, denominator } = decimal(difficulty)
  return (targetOfOne * denominator) / numerator
}

/** `value * difficulty <= 0xffff << 208`, in integers: pools that use doubles differ at the boundary only. */
export function meetsDifficulty(value: bigint, difficulty: number): boolean {
  const { numerator, denominator } = decimal(difficulty)
  return value * numerator <= targetOfOne * denominator
}

/** Difficulty of a hash value or target, correctly rounded. */
export function difficultyOf(value: bigint): number {
  if (value <= 0n) return Infinity
  return Number((targetOfOne << guardBits) / value) / 2 ** Number(guardBits)
}

/** Target that compact `nbits` spells; `null` for a negative or absurd one. */
export function targetOfBits(nbits: number): bigint | null {
  const exponent = nbits >>> 24
  const mantissa = BigInt(nbits & 0x7fffff)
  if ((nbits & 0x800000) !== 0 || exponent > 32 || mantissa === 0n) return null
  return exponent < 3 ? mantissa >> BigInt(8 * (3 - exponent)) : mantissa << BigInt(8 * (exponent - 3))
}

/** Bits behind the point: enough for 53 significant ones at the smallest difficulty, which is about 2^-32. */
const guardBits = 128n

/** The shortest decimal that means this number, as a fraction. */
function decimal(difficulty: number): { numerator: bigint; denominator: bigint } {
  if (!(difficulty > 0) || difficulty === Infinity) throw new Error(`no difficulty: ${difficulty}`)
  const [digits = '0', exponentText = '0'] = String(difficulty).split('e')
  const [whole = '0', fraction = ''] = digits.split('.')
  const exponent = Number(exponentText) - fraction.length
  const value = BigInt(whole + fraction)
  return exponent >= 0
    ? { numerator: value * 10n ** BigInt(exponent), denominator: 1n }
    : { numerator: value, denominator: 10n ** BigInt(-exponent) }
}
