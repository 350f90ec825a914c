import { uniform } from '../random.ts'

/** Numbers in [0, 1), one after the other, the same for the same seed and channel. */
export type RandomStream = () => number

export function randomStream(seed: number, channel: number): RandomStream {
  let index = 0
  return () => uniform({ seed, channel }, index++)
}

/** `count` random bytes in hex. */
export function randomHex(random: RandomStream, count: number): string {
  let hex = ''
  for (let i = 0; i < count; i++) hex += byteHex(random)
  return hex
}

/** Time to the next event of a Poisson process, or the longest that a timer takes. */
export function poissonGapMs(random: RandomStream, meanMs: number): number {
  return Math.min(-Math.log(1 - random()) * meanMs, 2 ** 31 - 1)
}

function byteHex(random: RandomStream): string {
  return Math.floor(random() * 256)
    .toString(16)
    .padStart(2, '0')
}
