import {
  capturedDetail,
  sessionId,
  stratumSession,
  type CapturedDetail,
  type MessageFilter,
  type StratumSession,
} from '@headframe/protocol'
import type { Mine } from './mine.ts'

const kept = 3000
const sessionCount = 40

/** Stratum messages as a mine of this size would send them, made up but well formed. */
export class Traffic {
  readonly sessions: StratumSession[]
  readonly messages: CapturedDetail[] = []
  readonly #random: () => number
  #seq = 0

  constructor(mine: Mine, now: number, random: () => number) {
    this.#random = random
    this.sessions = mine.miners.slice(0, sessionCount).map((miner, index) =>
      stratumSession.parse({
        id: sessionId.parse(`session_${String(index).padStart(16, '0')}`),
        peer: `${miner.info.address}:${40_000 + index}`,
        listener: '10.0.0.2:3333',
        pool: 'stratum+tcp://eu.pool.example:3333',
        startedAt: now - 3_600_000 - index * 1000,
        endedAt: index % 13 === 12 ? now - 600_000 : null,
        endReason: index % 13 === 12 ? 'the miner closed' : null,
        agent: `${miner.info.make ?? 'miner'}/1.0`,
        worker: miner.info.pools[0]?.user ?? null,
        difficulty: 262_144,
        accepted: 360 + index,
        rejected: index % 5,
        messagesToPool: 380,
        messagesToMiner: 900,
        bytesToPool: 52_000,
        bytesToMiner: 940_000,
        lastShareAt: now - 4000,
      }),
    )
  }

  /** A few messages of a share or a new job; they are kept and returned. */
  emit(now: number): CapturedDetail[] {
    const open = this.sessions.filter(session => session.endedAt === null)
    const session = open[Math.floor(this.#random() * open.length)]
    if (!session) return []
    const exchange = this.#random() < 0.3 ? this.#job() : this.#share(session)
    const made = exchange.map(message => this.#capture({ ...message, session, now }))
    this.messages.push(...made)
    this.messages.splice(0, this.messages.length - kept)
    return made
  }

  find(filter: MessageFilter, before: number | undefined, limit: number): CapturedDetail[] {
    const found = this.messages.filter(
      message => matches(message, filter) && (before === undefined || message.seq < before),
    )
    return found.slice(-limit).toReversed()
  }

  #share(session: StratumSession): Exchange[] {
    const id = Math.floor(this.#random() * 9000)
    const rejected = this.#random() < 0.06
    const params = [session.worker, hex(4, this.#random), hex(8, this.#random), '691e3a2f', hex(4, this.#random)]
    return [
      {
        direction: 'to-pool',
        kind: 'request',
        method: 'mining.submit',
        summary: `share for job ${String(params[1])}`,
        line: { id, method: 'mining.submit', params },
      },
      rejected
        ? {
            direction: 'to-miner',
            kind: 'response',
            method: 'mining.submit',
            summary: 'share rejected: low difficulty',
            line: { id, result: null, error: [23, 'Low difficulty share', null] },
          }
        : {
            direction: 'to-miner',
            kind: 'response',
            method: 'mining.submit',
            summary: 'share accepted',
            line: { id, result: true, error: null },
          },
    ]
  }

  #job(): Exchange[] {
    const job = hex(4, this.#random)
    const params = [
      job,
      hex(32, this.#random),
      hex(50, this.#random),
      hex(90, this.#random),
      [hex(32, this.#random)],
      '20000000',
      '17028281',
      '691e3a2f',
      false,
    ]
    if (this.#random() < 0.05)
      return [
        { direction: 'to-miner', kind: 'undecoded', method: null, summary: 'not JSON', line: '{"id":1,"resu\u0000' },
      ]
    return [
      {
        direction: 'to-miner',
        kind: 'notification',
        method: 'mining.notify',
        summary: `job ${job}`,
        line: { id: null, method: 'mining.notify', params },
      },
    ]
  }

  #capture({ session, now, line, ...message }: Exchange & { session: StratumSession; now: number }): CapturedDetail {
    const text = typeof line === 'string' ? line : `${JSON.stringify(line)}\n`
    const seq = ++this.#seq
    const receivedUs = Math.round(now * 1000 + this.#random() * 500)
    return capturedDetail.parse({
      ...message,
      seq,
      session: session.id,
      receivedAt: now,
      receivedUs,
      forwardedUs: receivedUs + 20 + Math.round(this.#random() * 60),
      sizeBytes: text.length,
      parseError: typeof line === 'string' ? 'Unterminated string at byte 13' : null,
      latencyUs: message.kind === 'response' ? 18_000 + Math.round(this.#random() * 9000) : null,
      rawBase64: btoa(text),
      decoded: typeof line === 'string' ? null : line,
    })
  }
}

interface Exchange {
  readonly direction: 'to-pool' | 'to-miner'
  readonly kind: 'request' | 'response' | 'notification' | 'undecoded'
  readonly method: string | null
  readonly summary: string
  readonly line: unknown
}

export function matches(message: CapturedDetail, filter: MessageFilter): boolean {
  const { session, direction, method, text } = filter
  if (session !== undefined && message.session !== session) return false
  if (direction !== undefined && message.direction !== direction) return false
  if (method !== undefined && message.method !== method) return false
  return text === undefined || atob(message.rawBase64).toLowerCase().includes(text.toLowerCase())
}

function hex(bytes: number, random: () => number): string {
  return Array.from({ length: bytes }, () =>
    Math.floor(random() * 256)
      .toString(16)
      .padStart(2, '0'),
  ).join('')
}
