import type { Answer, CapturedMessage, RelayStatus, StratumSession } from '@headframe/protocol'

/**
 * How far the clock is off that stamps what is captured: that of the first linked relay, which is the one that control
 * asks about Stratum.
 */
export function captureOffsetMs(relays: readonly RelayStatus[]): number {
  return relays.find(relay => relay.silentSince === null)?.clockOffsetMs ?? 0
}

/** An answer with its times by the clock of control. */
export function correctedAnswer(answer: Answer, offsetMs: number): Answer {
  switch (answer.kind) {
    case 'sessions':
      return { ...answer, sessions: answer.sessions.map(session => correctedSession(session, offsetMs)) }
    case 'session':
      return { ...answer, session: answer.session && correctedSession(answer.session, offsetMs) }
    case 'messages':
      return { ...answer, messages: correctedMessages(answer.messages, offsetMs) }
    case 'message':
      return { ...answer, message: answer.message && correctedMessage(answer.message, offsetMs) }
    case 'reading':
    case 'failed':
      return answer
  }
}

export function correctedMessages(messages: readonly CapturedMessage[], offsetMs: number): CapturedMessage[] {
  return messages.map(message => correctedMessage(message, offsetMs))
}

function correctedMessage<M extends CapturedMessage>(message: M, offsetMs: number): M {
  return { ...message, receivedAt: message.receivedAt - offsetMs }
}

function correctedSession(session: StratumSession, offsetMs: number): StratumSession {
  const corrected = (at: number | null) => at && at - offsetMs
  const { startedAt, endedAt, lastShareAt } = session
  return {
    ...session,
    startedAt: startedAt - offsetMs,
    endedAt: corrected(endedAt),
    lastShareAt: corrected(lastShareAt),
  }
}
