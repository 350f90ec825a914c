import { hashValue } from './difficulty.ts'
import { hashTail, lastHash, midstate, tailWords } from './hash.ts'

/** A header that is being mined: all but the nonce is fixed. */
export interface NonceSearch {
  readonly mid: Int32Array
  readonly tail: Int32Array
  readonly target: bigint
  readonly targetTop: number
}

/** @param header 80 bytes, whose nonce does not matter */
export function startNonceSearch(header: Uint8Array, target: bigint): NonceSearch {
  const top = target >> 224n
  const targetTop = top > 0xffffffffn ? 0xffffffff : Number(top)
  return { mid: midstate(header), tail: tailWords(header), target, targetTop }
}

/** The first of `count` nonces from `from`, wrapping at 2^32, whose hash is at or below the target. */
export function findNonce(search: NonceSearch, from: number, count: number): number | null {
  for (let i = 0; i < count; i++) {
    const nonce = (from + i) >>> 0
    if (hashTail(search.mid, search.tail, nonce) > search.targetTop) continue
    if (hashValue(lastHash()) <= search.target) return nonce
  }
  return null
}
