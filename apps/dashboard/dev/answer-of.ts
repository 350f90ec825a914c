import type { Answer, Ask } from '@headframe/protocol'
import type { Mine } from './mine.ts'
import { readingOf } from './reading-of.ts'
import type { Traffic } from './traffic.ts'

/** What a relay knows when it is asked. */
export interface Known {
  readonly mine: Mine
  readonly traffic: Traffic
  readonly captureRuns: boolean
}

/** What the relay of a generated mine answers. */
export function answerOf(known: Known, ask: Ask): Answer {
  const { mine, traffic } = known
  switch (ask.kind) {
    case 'reading': {
      const miner = mine.miners.find(miner => miner.info.id === ask.miner)
      return { kind: 'reading', reading: miner && miner.fate !== 'unauthorized' ? readingOf(mine, miner) : null }
    }
    case 'sessions':
      return { kind: 'sessions', sessions: traffic.sessions.slice(0, ask.limit), health: healthOf(known) }
    case 'session':
      return { kind: 'session', session: traffic.sessions.find(session => session.id === ask.session) ?? null }
    case 'messages': {
      const messages = traffic.find(ask.filter, ask.before, ask.limit)
      return { kind: 'messages', messages, more: messages.length === ask.limit }
    }
    case 'message':
      return { kind: 'message', message: traffic.messages.find(message => message.seq === ask.seq) ?? null }
  }
}

function healthOf({ captureRuns, traffic }: Known) {
  return {
    running: captureRuns,
    messages: traffic.messages.length,
    dropped: 0,
    behindMs: 12,
    sizeBytes: 48_300_000,
  }
}
