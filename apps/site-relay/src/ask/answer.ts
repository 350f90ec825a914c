import { encodeMessage, maxMessageBytes, type Answer, type Ask, type MinerId, type Reading } from '@headframe/protocol'
import type { CaptureClient } from '../capture/client.ts'

/** The capture process, as far as questions go. Rejects while it is away. */
export type CaptureQuestions = Pick<CaptureClient, 'sessions' | 'session' | 'messages' | 'message' | 'health'>

export interface AnswerDeps {
  readonly lastReading: (id: MinerId) => Reading | null
  /** Reads a miner that was not read since the start; null when it does not answer. */
  readonly readNow: (id: MinerId) => Promise<Reading | null>
  readonly capture: CaptureQuestions
}

/** Answers a viewer's question from memory or from the capture process. Never rejects. */
export async function answerTo(ask: Ask, deps: AnswerDeps): Promise<Answer> {
  if (ask.kind === 'reading') return { kind: 'reading', reading: await readingOf(ask.miner, deps) }
  try {
    return fitted(await askCapture(ask, deps.capture))
  } catch {
    return { kind: 'failed', code: 'capture-down', text: 'The capture process of the relay does not answer.' }
  }
}

const readingOf = async (miner: MinerId, { lastReading, readNow }: AnswerDeps) =>
  lastReading(miner) ?? (await readNow(miner))

async function askCapture(ask: Exclude<Ask, { kind: 'reading' }>, capture: CaptureQuestions): Promise<Answer> {
  switch (ask.kind) {
    case 'sessions': {
      const [sessions, health] = await Promise.all([capture.sessions(ask.limit), capture.health()])
      return { kind: 'sessions', sessions: [...sessions], health }
    }
    case 'session':
      return { kind: 'session', session: await capture.session(ask.session) }
    case 'messages': {
      const { messages, more, before } = await capture.messages(ask.filter, ask.before ?? null, ask.limit)
      return { kind: 'messages', messages: [...messages], more, ...(before === null ? {} : { before }) }
    }
    case 'message':
      return { kind: 'message', message: await capture.message(ask.seq) }
  }
}

/** Room for the viewer's name around an answer. */
const envelopeBytes = 1024

/** Cuts a list until its answer is one message; the viewer asks on from the last that it got. */
function fitted(answer: Answer): Answer {
  if (bytesOf(answer) <= maxMessageBytes - envelopeBytes) return answer
  if (answer.kind === 'messages' && answer.messages.length > 1) {
    const messages = firstHalf(answer.messages)
    const before = messages.at(-1)?.seq
    return fitted({ ...answer, messages, more: true, ...(before === undefined ? {} : { before }) })
  }
  if (answer.kind === 'sessions' && answer.sessions.length > 1) {
    return fitted({ ...answer, sessions: firstHalf(answer.sessions) })
  }
  return { kind: 'failed', code: 'too-large', text: 'The answer does not fit one message.' }
}

const firstHalf = <T>(list: readonly T[]) => list.slice(0, Math.ceil(list.length / 2))

const bytesOf = (answer: Answer) => encodeMessage({ type: 'answer', viewer: '', id: 0, answer }).length
