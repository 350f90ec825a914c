import type { Request, Transport } from './driver.ts'
import { MinerError } from './miner-error.ts'

type Sent = Exclude<Request, { kind: 'note' } | { kind: 'wait' }>

export type ScriptedMiner = {
  readonly transport: Transport
  readonly now: () => number
  /** Every request that was sent, in order. */
  readonly sent: Sent[]
}

/**
 * A miner for tests: `answer` is its behaviour, given a request and the seconds since the start. It has a clock of its
 * own, which runs on by what is waited for and a little with each request. `undefined` is a command that it lacks.
 */
export function scriptedMiner(answer: (request: Sent, atS: number) => unknown): ScriptedMiner {
  let nowMs = 1_700_000_000_000
  const startedAt = nowMs
  const sent: Sent[] = []
  return {
    sent,
    now: () => nowMs,
    transport: {
      request: async request => {
        nowMs += request.kind === 'wait' ? request.ms : 20
        if (request.kind === 'wait') return undefined
        sent.push(request)
        const reply = await answer(request, (nowMs - startedAt) / 1000)
        if (reply === undefined) return absent(request)
        if (request.kind !== 'http' || isHttpReply(reply)) return typeof reply === 'string' ? reply : asText(reply)
        return { status: 200, headers: {}, body: asText(reply) }
      },
    },
  }
}

function absent(request: Sent): unknown {
  if (request.kind === 'http') return { status: 404, headers: {}, body: '' }
  throw new MinerError('unsupported', 'the scripted miner lacks it')
}

function isHttpReply(reply: unknown): boolean {
  return typeof reply === 'object' && reply !== null && 'status' in reply && 'headers' in reply
}

function asText(reply: unknown): unknown {
  return isHttpReply(reply) || typeof reply === 'string' ? reply : JSON.stringify(reply)
}
