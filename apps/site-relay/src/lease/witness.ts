import { give, startGiver, type Giver } from '@headframe/protocol'
import { sign, isSigned, witnessAsk, type WitnessAnswer } from './sealed.ts'

/** Says which of two boxes acts, on a third machine: decides and signs, over whatever carries it. */
export interface Witness {
  /** Answers a request; `null` for one that is not signed with the secret, or makes no sense [X2]. */
  readonly take: (body: string, signature: string) => { readonly body: string; readonly signature: string } | null
  readonly state: () => Giver
}

export interface WitnessDeps {
  readonly secret: Buffer
  /** The term on disk; it never goes back. */
  readonly term: number
  /** Returns once the term is on disk. */
  readonly keep: (term: number) => void
  readonly newNonce: () => string
  /** Monotonic ms. */
  readonly monotonic: () => number
  /** Epoch ms. */
  readonly wall: () => number
}

/** Nonces that were given and not used yet, the newest: some requests are lost. */
const mostNonces = 64

export function createWitness({ secret, term, keep, newNonce, monotonic, wall }: WitnessDeps): Witness {
  let state = startGiver(term, monotonic())
  const nonces = new Set<string>()

  function next(): string {
    const nonce = newNonce()
    nonces.add(nonce)
    for (const old of nonces) if (nonces.size > mostNonces) nonces.delete(old)
    return nonce
  }

  function answer(body: string): WitnessAnswer | null {
    const asked = witnessAsk.safeParse(parse(body))
    if (!asked.success) return null
    if (!nonces.delete(asked.data.nonce)) return { answer: null, nonce: next() }
    const given = give(state, asked.data, { now: monotonic(), wall: wall() })
    if (given.state.term !== state.term) keep(given.state.term)
    state = given.state
    return { answer: given.answer, nonce: next() }
  }

  return {
    take: (body, signature) => {
      if (!isSigned(signature, sign(secret, 'ask', body))) return null
      const answered = answer(body)
      if (answered === null) return null
      const text = JSON.stringify(answered)
      return { body: text, signature: sign(secret, signature, text) }
    },
    state: () => state,
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
