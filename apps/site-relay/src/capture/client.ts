import type { Answer, Ask, CaptureHealth, CapturedMessage, MessageFilter, SessionId } from '@headframe/protocol'
import type { CapturedDetail, StratumSession } from '@headframe/protocol'
import { CaptureError } from './capture-error.ts'
import { createCalls } from './client-calls.ts'
import { connectApi } from './client-connection.ts'
import { createFollowed, type OnMessages } from './client-tails.ts'

/** What others know of the capture process. Calls fail at once with a `CaptureError` when it is away; tails wait for its return. */
export interface CaptureClient extends Disposable {
  sessions(limit: number): Promise<readonly StratumSession[]>
  session(id: SessionId): Promise<StratumSession | null>
  /** Newest first. A search over much may end early: `more` then, and `before` to go on from. */
  messages(filter: MessageFilter, before: number | null, limit: number): Promise<FoundMessages>
  message(seq: number): Promise<CapturedDetail | null>
  /**
   * Follows what is captured from now on. `skipped`: messages passed over because they came faster than they were taken
   * in, or while the capture process was away. What `onMessages` returns is awaited before more comes.
   */
  tail(filter: MessageFilter, onMessages: OnMessages): Disposable
  health(): Promise<CaptureHealth>
}

interface FoundMessages {
  readonly messages: readonly CapturedMessage[]
  readonly more: boolean
  readonly before: number | null
}

/** @param path the socket of the capture process: `captureSockets(dataDir).api` */
export function connectCapture(path: string): CaptureClient {
  let lastId = 0
  const newId = () => ++lastId
  const connection = connectApi(path, {
    opened: () => followed.resume(),
    received(message) {
      if (message.type === 'tail') followed.received(message)
      else calls.answered(message)
    },
    closed: () => calls.failAll(),
  })
  const calls = createCalls(connection, newId)
  const followed = createFollowed(connection, newId)
  const ask = async <K extends Answer['kind']>(question: Ask, kind: K): Promise<Extract<Answer, { kind: K }>> => {
    const answered = await calls.call(id => ({ type: 'ask', id, ask: question }))
    if (answered.type === 'answer' && isKind(answered.answer, kind)) return answered.answer
    if (answered.type === 'answer' && answered.answer.kind === 'failed') {
      throw new CaptureError('refused', answered.answer.text)
    }
    throw new CaptureError('bad-answer', 'the capture process answered something else')
  }

  return {
    sessions: async limit => (await ask({ kind: 'sessions', limit }, 'sessions')).sessions,
    session: async session => (await ask({ kind: 'session', session }, 'session')).session,
    async messages(filter, before, limit) {
      const from = before === null ? {} : { before }
      const found = await ask({ kind: 'messages', filter, limit, ...from }, 'messages')
      return { messages: found.messages, more: found.more, before: found.before ?? null }
    },
    message: async seq => (await ask({ kind: 'message', seq }, 'message')).message,
    tail: (filter, onMessages) => followed.follow(filter, onMessages),
    async health() {
      const answered = await calls.call(id => ({ type: 'health', id }))
      if (answered.type === 'health') return answered.health
      throw new CaptureError('bad-answer', 'the capture process answered something else')
    },
    [Symbol.dispose]() {
      connection.close()
    },
  }
}

function isKind<K extends Answer['kind']>(answer: Answer, kind: K): answer is Extract<Answer, { kind: K }> {
  return answer.kind === kind
}
