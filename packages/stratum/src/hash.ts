/**
 * SHA-256 (FIPS 180-4), synchronous, without a platform's crypto: this package runs in Node, workerd and browsers alike.
 * The scratch arrays are module state, which is safe because nothing here yields.
 */
export function sha256(bytes: Uint8Array): Uint8Array {
  state.set(initialState)
  absorb(bytes)
  return bytesFromState()
}

/** Bitcoin's hash: SHA-256 of SHA-256. */
export function sha256d(bytes: Uint8Array): Uint8Array {
  state.set(initialState)
  absorb(bytes)
  hashStateAgain()
  return bytesFromState()
}

/** State after the first 64 bytes, which the headers of one search have in common. */
export function midstate(header: Uint8Array): Int32Array {
  state.set(initialState)
  loadBlock(viewOf(header), 0)
  compress()
  return state.slice()
}

/** Words 16 to 18 of a header: end of the merkle root, ntime, nbits. The nonce is the argument of `hashTail`. */
export function tailWords(header: Uint8Array): Int32Array {
  const view = viewOf(header)
  return Int32Array.of(view.getInt32(64), view.getInt32(68), view.getInt32(72))
}

/**
 * SHA256d of a header whose first 64 bytes gave `mid`.
 * @returns the 32 most significant bits of the hash as a number; `lastHash` tells the rest
 */
export function hashTail(mid: Int32Array, tail: Int32Array, nonce: number): number {
  state.set(mid)
  words[0] = tail[0] ?? 0
  words[1] = tail[1] ?? 0
  words[2] = tail[2] ?? 0
  words[3] = swapBytes(nonce)
  words[4] = endMark
  words.fill(0, 5, 15)
  words[15] = 80 * 8
  compress()
  hashStateAgain()
  return swapBytes(state[7] ?? 0) >>> 0
}

/** The hash that `hashTail` made last. */
export function lastHash(): Uint8Array {
  return bytesFromState()
}

const endMark = 0x80000000 | 0
const state = new Int32Array(8)
const words = new Int32Array(64)
const lastBlocks = new Uint8Array(128)
const lastBlocksView = new DataView(lastBlocks.buffer)

const initialState = Int32Array.of(
  0x6a09e667,
  0xbb67ae85,
  0x3c6ef372,
  0xa54ff53a,
  0x510e527f,
  0x9b05688c,
  0x1f83d9ab,
  0x5be0cd19,
)

const roundConstants = Int32Array.of(
  0x428a2f98,
  0x71374491,
  0xb5c0fbcf,
  0xe9b5dba5,
  0x3956c25b,
  0x59f111f1,
  0x923f82a4,
  0xab1c5ed5,
  0xd807aa98,
  0x12835b01,
  0x243185be,
  0x550c7dc3,
  0x72be5d74,
  0x80deb1fe,
  0x9bdc06a7,
  0xc19bf174,
  0xe49b69c1,
  0xefbe4786,
  0x0fc19dc6,
  0x240ca1cc,
  0x2de92c6f,
  0x4a7484aa,
  0x5cb0a9dc,
  0x76f988da,
  0x983e5152,
  0xa831c66d,
  0xb00327c8,
  0xbf597fc7,
  0xc6e00bf3,
  0xd5a79147,
  0x06ca6351,
  0x14292967,
  0x27b70a85,
  0x2e1b2138,
  0x4d2c6dfc,
  0x53380d13,
  0x650a7354,
  0x766a0abb,
  0x81c2c92e,
  0x92722c85,
  0xa2bfe8a1,
  0xa81a664b,
  0xc24b8b70,
  0xc76c51a3,
  0xd192e819,
  0xd6990624,
  0xf40e3585,
  0x106aa070,
  0x19a4c116,
  0x1e376c08,
  0x2748774c,
  0x34b0bcb5,
  0x391c0cb3,
  0x4ed8aa4a,
  0x5b9cca4f,
  0x682e6ff3,
  0x748f82ee,
  0x78a5636f,
  0x84c87814,
  0x8cc70208,
  0x90befffa,
  0xa4506ceb,
  0xbef9a3f7,
  0xc67178f2,
)

function absorb(bytes: Uint8Array): void {
  const view = viewOf(bytes)
  const whole = bytes.length - (bytes.length % 64)
  for (let at = 0; at < whole; at += 64) {
    loadBlock(view, at)
    compress()
  }
  const rest = bytes.length - whole
  const padded = rest < 56 ? 64 : 128
  lastBlocks.fill(0)
  lastBlocks.set(bytes.subarray(whole))
  lastBlocks[rest] = 0x80
  lastBlocksView.setUint32(padded - 8, Math.floor(bytes.length / 0x20000000))
  lastBlocksView.setUint32(padded - 4, bytes.length << 3)
  for (let at = 0; at < padded; at += 64) {
    loadBlock(lastBlocksView, at)
    compress()
  }
}

/** Replaces the state by the hash of the 32 bytes that it stands for. */
function hashStateAgain(): void {
  words.set(state)
  words[8] = endMark
  words.fill(0, 9, 15)
  words[15] = 32 * 8
  state.set(initialState)
  compress()
}

function bytesFromState(): Uint8Array {
  const bytes = new Uint8Array(32)
  const view = viewOf(bytes)
  for (let i = 0; i < 8; i++) view.setInt32(4 * i, state[i] ?? 0)
  return bytes
}

function loadBlock(view: DataView, at: number): void {
  for (let i = 0; i < 16; i++) words[i] = view.getInt32(at + 4 * i)
}

/** Mixes the block in `words[0..15]` into `state`. `?? 0` is for the type checker alone: no index is out of bounds. */
function compress(): void {
  for (let i = 16; i < 64; i++) {
    const w15 = words[i - 15] ?? 0
    const w2 = words[i - 2] ?? 0
    const s0 = ((w15 >>> 7) | (w15 << 25)) ^ ((w15 >>> 18) | (w15 << 14)) ^ (w15 >>> 3)
    const s1 = ((w2 >>> 17) | (w2 << 15)) ^ ((w2 >>> 19) | (w2 << 13)) ^ (w2 >>> 10)
    words[i] = (s0 + s1 + (words[i - 7] ?? 0) + (words[i - 16] ?? 0)) | 0
  }
  let a = state[0] ?? 0
  let b = state[1] ?? 0
  let c = state[2] ?? 0
  let d = state[3] ?? 0
  let e = state[4] ?? 0
  let f = state[5] ?? 0
  let g = state[6] ?? 0
  let h = state[7] ?? 0
  for (let i = 0; i < 64; i++) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
    const t1 = (h + s1 + ((e & f) ^ (~e & g)) + (roundConstants[i] ?? 0) + (words[i] ?? 0)) | 0
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
    const t2 = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  state[0] = (state[0] ?? 0) + a
  state[1] = (state[1] ?? 0) + b
  state[2] = (state[2] ?? 0) + c
  state[3] = (state[3] ?? 0) + d
  state[4] = (state[4] ?? 0) + e
  state[5] = (state[5] ?? 0) + f
  state[6] = (state[6] ?? 0) + g
  state[7] = (state[7] ?? 0) + h
}

function swapBytes(word: number): number {
  return ((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24)
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
