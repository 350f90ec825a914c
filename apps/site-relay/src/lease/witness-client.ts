import type { LeaseAnswer, LeaseAsk } from '@headframe/protocol'
import type { AskWitness } from './pair.ts'
import {
  isSigned,
  maxBodyBytes,
  sign,
  signatureHeader,
  witnessAnswer,
  witnessPath,
  type WitnessAnswer,
} from './sealed.ts'

export interface WitnessPlace {
  readonly url: string
  readonly secret: Buffer
  /** Names this box. */
  readonly box: string
}

/** Below the pause between two requests, so that they do not pile up. */
const answerMs = 1500

/** Asks a witness over HTTP. Whatever is wrong, it did not answer. */
export function createWitnessClient(place: WitnessPlace): AskWitness {
  let nonce = ''
  const once = async (ask: LeaseAsk, signal: AbortSignal) => {
    const given = await post(place, JSON.stringify({ ...ask, box: place.box, nonce }), signal)
    nonce = given?.nonce ?? ''
    return given
  }
  return async ask => {
    const signal = AbortSignal.timeout(answerMs)
    const first = await once(ask, signal)
    // A nonce is good once, and a witness that started anew knows none: the second try has a fresh one.
    return first && first.answer === null ? answerOf(await once(ask, signal)) : answerOf(first)
  }
}

const answerOf = (given: WitnessAnswer | null): LeaseAnswer | null => given?.answer ?? null

async function post({ url, secret }: WitnessPlace, body: string, signal: AbortSignal): Promise<WitnessAnswer | null> {
  const signature = sign(secret, 'ask', body)
  try {
    const response = await fetch(new URL(witnessPath, url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', [signatureHeader]: signature },
      body,
      redirect: 'error',
      signal,
    })
    const text = await response.text()
    if (!response.ok || text.length > maxBodyBytes) return null
    if (!isSigned(response.headers.get(signatureHeader) ?? '', sign(secret, signature, text))) return null
    return witnessAnswer.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}
