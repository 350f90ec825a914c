/** Deflate without compressing, RFC 1951 section 3.2.4: where zlib is not at hand. */
export function storedDeflate(bytes: Uint8Array): Uint8Array {
  const longest = 0xffff
  const blocks = Math.max(1, Math.ceil(bytes.length / longest))
  const stored = new Uint8Array(bytes.length + 5 * blocks)
  for (let block = 0; block < blocks; block++) {
    const part = bytes.subarray(block * longest, (block + 1) * longest)
    const last = block === blocks - 1 ? 1 : 0
    const { length } = part
    stored.set([last, length & 0xff, length >> 8, ~length & 0xff, (~length >> 8) & 0xff], block * (longest + 5))
    stored.set(part, block * (longest + 5) + 5)
  }
  return stored
}
