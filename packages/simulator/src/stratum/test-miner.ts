import { once } from 'node:events'
import { connect } from 'node:net'
import {
  createLineSplitter,
  decodeMessage,
  findNonce,
  headerOf,
  hexFromUint32,
  startNonceSearch,
  targetOf,
} from '@headframe/stratum'
import type { Job, Message, RejectClass } from '@headframe/stratum'
import { onTestFinished } from 'vitest'
import { startPool } from './pool.ts'
import type { PoolOptions, SimulatedPool } from './pool.ts'

/** A pool whose clock stands still, closed with the test. */
export async function poolWith(options: PoolOptions = {}): Promise<SimulatedPool> {
  const pool = await startPool({ now: () => 1_700_000_000_000, ...options })
  onTestFinished(() => pool.close())
  return pool
}

/** A miner that says what the test tells it to, line by line. */
export async function minerAt(pool: SimulatedPool) {
  const socket = connect({ host: pool.host, port: pool.port })
  onTestFinished(() => void socket.destroy())
  const lines: Message[] = []
  const texts: string[] = []
  const waiting: (() => void)[] = []
  const splitter = createLineSplitter()
  socket.on('data', chunk => {
    for (const line of splitter.push(chunk)) {
      if (line.kind !== 'line') continue
      lines.push(decodeMessage(line.body))
      texts.push(Buffer.from(line.body).toString())
    }
    for (const wake of waiting.splice(0)) wake()
  })
  await once(socket, 'connect')

  async function nextWhere<T>(pick: (message: Message) => T | null): Promise<T> {
    for (;;) {
      const found = lines.map(pick).find(value => value !== null)
      if (found !== undefined && found !== null) return found
      await new Promise<void>(resolve => waiting.push(resolve))
    }
  }

  let lastId = 0
  const answerTo = (id: string) =>
    nextWhere(message => (message.kind === 'response' && message.id === id ? message : null))
  const send = (method: string, params: readonly unknown[]): string => {
    lastId += 1
    socket.write(`${JSON.stringify({ id: lastId, method, params })}\n`)
    return String(lastId)
  }
  return {
    socket,
    texts,
    send,
    answerTo,
    ask: (method: string, ...params: unknown[]) => answerTo(send(method, params)),
    job: (isWanted: (job: Job) => boolean = () => true) =>
      nextWhere(message =>
        message.kind === 'notification' && message.call.kind === 'notify' && isWanted(message.call.job)
          ? message.call.job
          : null,
      ),
  }
}
type TestMiner = Awaited<ReturnType<typeof minerAt>>

export interface Ready {
  readonly miner: TestMiner
  readonly job: Job
  readonly extranonce1: string
}

/** A miner that is subscribed and authorised as `w`, without version rolling. */
export async function readyAt(pool: SimulatedPool): Promise<Ready> {
  const miner = await minerAt(pool)
  const subscribed = await miner.ask('mining.subscribe', 'test')
  await miner.ask('mining.authorize', 'w', 'x')
  const extranonce1 = Array.isArray(subscribed.result) ? String(subscribed.result[1]) : ''
  return { miner, job: await miner.job(), extranonce1 }
}

export interface Found {
  readonly difficulty?: number
  readonly version?: number
  readonly ntime?: number
  readonly extranonce2?: string
}

/** Parameters of a submit that meets the difficulty. */
export function mined({ job, extranonce1 }: Ready, found: Found = {}): string[] {
  const { difficulty = 1e-6, version = job.version, ntime = job.ntime, extranonce2 = '0000000000000001' } = found
  const header = headerOf(job, { extranonce1, extranonce2, version, ntime, nonce: 0 })
  const nonce = findNonce(startNonceSearch(header, targetOf(difficulty)), 0, 1_000_000)
  return ['w', job.id, extranonce2, hexFromUint32(ntime), hexFromUint32(nonce ?? 0)]
}

export async function classOf(ready: Ready, params: readonly unknown[]): Promise<RejectClass | 'accepted'> {
  const response = await ready.miner.ask('mining.submit', ...params)
  return response.result === true ? 'accepted' : (response.reject?.class ?? 'other')
}
