/** Seeded chance: the same seed gives the same numbers on every machine. */
export interface Chance {
  /** 0 to 1. */
  readonly real: () => number
  /** A whole number of `from` to `to`, both inclusive. */
  readonly between: (from: number, to: number) => number
  readonly yes: (probability: number) => boolean
  readonly pick: <T>(items: readonly T[]) => T
  /** A stream of its own: what one part of a simulation draws does not shift what the others get. */
  readonly of: (name: string) => Chance
  readonly fill: (bytes: Uint8Array) => Uint8Array
}

export function createChance(seed: number, name = ''): Chance {
  const real = mulberry32(hash(`${seed}/${name}`))
  const between = (from: number, to: number) => from + Math.floor(real() * (to - from + 1))
  return {
    real,
    between,
    yes: probability => real() < probability,
    pick: items => {
      const item = items[between(0, items.length - 1)]
      if (item === undefined) throw new Error('nothing to pick from')
      return item
    },
    of: part => createChance(seed, `${name}/${part}`),
    fill: bytes => {
      for (let index = 0; index < bytes.length; index += 1) bytes[index] = between(0, 255)
      return bytes
    },
  }
}

/** FNV-1a (RFC draft-eastlake-fnv), 32 bits. */
export function hash(text: string, start = 0x811c9dc5): number {
  let value = start
  for (let index = 0; index < text.length; index += 1) value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  return value >>> 0
}

/** Tommy Ettinger's generator of 32 bits of state: small, and good enough to choose faults. */
function mulberry32(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}
