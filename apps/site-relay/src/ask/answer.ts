import {
  encodeMessage,
  maxMessageBytes,
  type Answer,
  type Ask,
  type CapturedDetail,
  type CapturedMessage,
  type CaptureHealth,
  type MessageFilter,
  type MinerId,
  type Reading,
  type SessionId,
  type StratumSession,
} from '@headframe/protocol'

/** The capture process, as far as questions go. Rejects while it is down. */
export interface CaptureQuestions {
  readonly sessions: (limit: number) => Promise<{ readonly sessions: StratumSession[]; readonly health: CaptureHealth }>
  readonly session: (id: SessionId) => Promise<StratumSession | null>
  readonly messages: (query: {
    readonly filter: MessageFilter
    readonly before?: number | undefined
    readonly limit: number
  }) => Promise<{ readonly messages: CapturedMessage[]; readonly more: boolean }>
  readonly message: (seq: number) => Promise<CapturedDetail | null>
}

export interface AnswerDeps {
  readonly lastReading: (id: MinerId) => Reading | null
  readonly capture: CaptureQuestions
}

/** Answers a viewer's question from memory or from the capture process. Never rejects. */
export async function answerTo(ask: Ask, deps: AnswerDeps): Promise<Answer> {
  if (ask.kind === 'reading') return { kind: 'reading', reading: deps.lastReading(ask.miner) }
  try {
    return fitted(await askCapture(ask, deps.capture))
  } catch {
    return { kind: 'failed', code: 'capture-down', text: 'The capture process of the relay does not answer.' }
  }
}

async function askCapture(ask: Exclude<Ask, { kind: 'reading' }>, capture: CaptureQuestions): Promise<Answer> {
  switch (ask.kind) {
    case 'sessions':
      return { kind: 'sessions', ...(await capture.sessions(ask.limit)) }
    case 'session':
      return { kind: 'session', session: await capture.session(ask.session) }
    case 'messages':
      return { kind: 'messages', ...(await capture.messages(ask)) }
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
    return fitted({ ...answer, messages: firstHalf(answer.messages), more: true })
  }
  if (answer.kind === 'sessions' && answer.sessions.length > 1) {
    return fitted({ ...answer, sessions: firstHalf(answer.sessions) })
  }
  return { kind: 'failed', code: 'too-large', text: 'The answer does not fit one message.' }
}

const firstHalf = <T>(list: readonly T[]) => list.slice(0, Math.ceil(list.length / 2))

const bytesOf = (answer: Answer) => encodeMessage({ type: 'answer', viewer: '', id: 0, answer }).length
