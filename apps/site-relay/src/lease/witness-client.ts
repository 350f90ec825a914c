import type { LeaseAnswer, LeaseAsk } from '@headframe/protocol'
import type { AskWitness } from './pair.ts'
import {
  isSigned,
  refusedStatus,
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
  readonly answerMs?: number
}

/** Below the pause between two requests, so that they do not pile up. */
const longestAnswerMs = 1500

/** Asks a witness over HTTP. But for a witness that refuses this box, whatever is wrong, it did not answer. */
export function createWitnessClient(place: WitnessPlace): AskWitness {
  let nonce = ''
  const once = async (ask: LeaseAsk, signal: AbortSignal) => {
    const given = await post(place, JSON.stringify({ ...ask, box: place.box, nonce }), signal)
    nonce = typeof given === 'object' ? (given?.nonce ?? '') : ''
    return given
  }
  return async ask => {
    const signal = AbortSignal.timeout(place.answerMs ?? longestAnswerMs)
    const first = await once(ask, signal)
    // A nonce is good once, and a witness that started anew knows none: the second try has a fresh one.
    return isStale(first) ? answerOf(await once(ask, signal)) : answerOf(first)
  }
}

type Given = WitnessAnswer | 'refused' | null

const isStale = (given: Given) => typeof given === 'object' && given?.answer === null

const answerOf = (given: Given): LeaseAnswer | 'refused' | null =>
  given === 'refused' ? given : (given?.answer ?? null)

async function post({ url, secret }: WitnessPlace, body: string, signal: AbortSignal): Promise<Given> {
  const signature = sign(secret, 'ask', body)
  try {
    const response = await fetch(new URL(witnessPath, url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', [signatureHeader]: signature },
      body,
      redirect: 'error',
      signal,
    })
    if (response.status === refusedStatus) return 'refused'
    const text = await read(response)
    if (!response.ok || text === null) return null
    if (!isSigned(response.headers.get(signatureHeader) ?? '', sign(secret, signature, text))) return null
    return witnessAnswer.safeParse(JSON.parse(text)).data ?? null
  } catch {
    return null
  }
}

/** `null` for more than an answer can be: the rest is not read. */
async function read({ body }: Response): Promise<string | null> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.length
    if (bytes > maxBodyBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
