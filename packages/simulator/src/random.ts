/**
 * Random numbers by hashing: the same (seed, channel, index) gives the same number, whatever was asked before.
 * So a miner's numbers are a function of its seed and the time, and do not change with how often it is polled.
 */
export interface Noise {
  readonly seed: number
  /** Tells one noisy quantity from another: a board, a sensor. */
  readonly channel: number
}

/** 32 random bits. */
function bits(noise: Noise, index: number): number {
  let hash = Math.imul(noise.seed ^ 0x9e37_79b9, 0x85eb_ca6b)
  hash = scramble(hash ^ Math.imul(noise.channel + 1, 0xc2b2_ae35))
  return scramble(hash ^ Math.imul(Math.trunc(index) + 1, 0x27d4_eb2f))
}

/** Even in [0, 1). */
export function uniform(noise: Noise, index = 0): number {
  return bits(noise, index) / 0x1_0000_0000
}

/** About normal (mean 0, deviation 1), never beyond 3.5: the sum of the four bytes of one hash. */
export function gaussian(noise: Noise, index = 0): number {
  const hash = bits(noise, index)
  const sum = (hash & 255) + ((hash >>> 8) & 255) + ((hash >>> 16) & 255) + (hash >>> 24)
  return (sum - 510) / 147.8
}

/** How often something happens in a step in which it happens `mean` times on average. */
export function poisson(noise: Noise, index: number, mean: number): number {
  let left = uniform(noise, index)
  let probability = Math.exp(-mean)
  let count = 0
  while (left >= probability && count < 1000) {
    left -= probability
    count += 1
    probability *= mean / count
  }
  return count
}

const memory = 0.97
const terms = 120

/** A walk in steps of deviation 1 that is drawn home: it stays within about four steps of 0. */
export function walk(noise: Noise, index: number): number {
  let value = 0
  for (let age = terms; age >= 0; age -= 1) value = value * memory + gaussian(noise, index - age)
  return value
}

/** `length` characters of `alphabet`. */
export function text(noise: Noise, length: number, alphabet: string): string {
  let chosen = ''
  for (let index = 0; index < length; index += 1) chosen += alphabet.charAt(bits(noise, index) % alphabet.length)
  return chosen
}

// The finalizer of MurmurHash3: every input bit reaches every output bit.
function scramble(value: number): number {
  let hash = value
  hash = Math.imul(hash ^ (hash >>> 16), 0x85eb_ca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2_ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
