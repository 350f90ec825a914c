import type { Direction, StratumSession } from '@headframe/protocol'
import {
  checkShare,
  newSession,
  step,
  workOf,
  type Fact,
  type Message,
  type SessionState,
  type SubmittedShare,
} from '@headframe/stratum'
import { cleanText } from './clean-text.ts'
import type { ShareVerdict } from './entry.ts'

/** What a message means in its session. */
interface ReadMessage {
  readonly facts: readonly Fact[]
  readonly check: ShareVerdict | null
  readonly method: string | null
  readonly latencyUs: number | null
}

interface At {
  readonly seq: number
  readonly direction: Direction
  readonly receivedAt: number
  readonly receivedUs: number
}

export interface MessageReader {
  readonly session: () => StratumSession
  read(message: Message, at: At): ReadMessage
  addBytes(direction: Direction, count: number): void
  end(endedAt: number, reason: string): void
}

/** Follows the conversation of one session: which answer belongs to which request, what each share was worth, and the counts. */
export function createReader(start: StratumSession): MessageReader {
  let state: SessionState = newSession
  let session = start
  const checks = new WeakMap<SubmittedShare, ShareVerdict>()

  const checkOf = (fact: Fact): ShareVerdict | null => {
    if (fact.kind === 'share') {
      const check = hashed(fact.submitted)
      if (check !== null) checks.set(fact.submitted, check)
      return check
    }
    if (fact.kind !== 'verdict') return null
    const check = checks.get(fact.submitted)
    return check === undefined ? null : { ...check, accepted: fact.reject === null }
  }

  return {
    session: () => session,
    read(message, at) {
      const direction = at.direction === 'to-pool' ? 'm2p' : 'p2m'
      const stepped = step(state, { direction, message, at: at.receivedUs / 1000, seq: at.seq })
      state = stepped.state
      session = counted(session, at.direction)
      for (const fact of stepped.facts) session = learned(session, fact, at.receivedAt)
      if (message.kind === 'request' && message.call.kind === 'authorize') {
        session = { ...session, worker: cleanText(message.call.worker, 512) }
      }
      const answer = stepped.facts.find(fact => fact.kind === 'answer')
      return {
        facts: stepped.facts,
        check: stepped.facts.reduce<ShareVerdict | null>((found, fact) => found ?? checkOf(fact), null),
        method: 'method' in message ? message.method : (answer?.method ?? null),
        latencyUs: answer === undefined ? null : Math.round(answer.latencyMs * 1000),
      }
    },
    addBytes(direction, count) {
      session =
        direction === 'to-pool'
          ? { ...session, bytesToPool: session.bytesToPool + count }
          : { ...session, bytesToMiner: session.bytesToMiner + count }
    },
    end(endedAt, endReason) {
      session = { ...session, endedAt, endReason }
    },
  }
}

function counted(session: StratumSession, direction: Direction): StratumSession {
  return direction === 'to-pool'
    ? { ...session, messagesToPool: session.messagesToPool + 1 }
    : { ...session, messagesToMiner: session.messagesToMiner + 1 }
}

function learned(session: StratumSession, fact: Fact, at: number): StratumSession {
  if (fact.kind === 'agent') return { ...session, agent: fact.agent === null ? null : cleanText(fact.agent, 512) }
  if (fact.kind === 'difficulty') return { ...session, difficulty: fact.difficulty }
  if (fact.kind === 'share') return { ...session, lastShareAt: at }
  if (fact.kind !== 'verdict') return session
  return fact.reject === null
    ? { ...session, accepted: session.accepted + 1 }
    : { ...session, rejected: session.rejected + 1 }
}

/** Null when the job or extranonce of the share never went by. */
function hashed(submitted: SubmittedShare): ShareVerdict | null {
  const work = workOf(submitted)
  if (work === null) return null
  const { hash, difficulty, meetsDifficulty, isBoundary, isBlock, rolledOutsideMask } = checkShare(work)
  const requiredDifficulty = work.difficulty
  return {
    hash,
    difficulty,
    requiredDifficulty,
    meetsDifficulty,
    isBoundary,
    isBlock,
    rolledOutsideMask,
    accepted: null,
  }
}
