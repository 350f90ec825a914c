/** Bytes of an even number of hex digits; `null` for anything else. */
export function bytesFromHex(hex: string): Uint8Array | null {
  if (hex.length % 2 !== 0) return null
  const bytes = new Uint8Array(hex.length / 2)
  let bad = 0
  for (let i = 0; i < bytes.length; i++) {
    const byte = (digit(hex.charCodeAt(2 * i)) << 4) | digit(hex.charCodeAt(2 * i + 1))
    bad |= byte
    bytes[i] = byte
  }
  return bad < 0 ? null : bytes
}

export function hexFromBytes(bytes: Uint8Array): string {
  let hex = ''
  for (const byte of bytes) hex += pairs[byte]
  return hex
}

/** Value of up to 8 hex digits, written big-endian, with or without `0x` (npm stratum-pool writes masks so). */
export function uint32FromHex(hex: string): number | null {
  const digits = hex.startsWith('0x') || hex.startsWith('0X') ? hex.slice(2) : hex
  return /^[0-9a-fA-F]{1,8}$/.test(digits) ? Number.parseInt(digits, 16) : null
}

export function hexFromUint32(value: number): string {
  return (value >>> 0).toString(16).padStart(8, '0')
}

/** Digits as pools and miners write them: no prefix, whole bytes. */
export function isHex(text: string): boolean {
  return text.length % 2 === 0 && /^[0-9a-fA-F]*$/.test(text)
}

const pairs = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Negative when it is no hex digit. */
function digit(code: number): number {
  if (code >= 48 && code <= 57) return code - 48
  const lower = code | 32
  return lower >= 97 && lower <= 102 ? lower - 87 : -256
}
