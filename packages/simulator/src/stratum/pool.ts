import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { hexFromUint32 } from '@headframe/stratum'
import { serveMiner } from './pool-connection.ts'
import type { PoolConnection, PoolHouse } from './pool-connection.ts'
import { createLedger } from './pool-ledger.ts'
import type { JudgedShare, LedgerCounts, PoolLedger } from './pool-ledger.ts'
import { createPoolWork } from './pool-work.ts'
import type { PoolWork } from './pool-work.ts'
import { poissonGapMs, randomStream } from './random-stream.ts'
import type { RandomStream } from './random-stream.ts'
import { createShareBook, poolErrors } from './share-book.ts'
import type { Submission, Verdict } from './share-book.ts'

export interface PoolOptions {
  /** 127.0.0.1 */
  readonly host?: string
  /** 0: any free one. */
  readonly port?: number
  readonly seed?: number
  /** 1e-6: 4,295 hashes a share, which a CPU finds in milliseconds. */
  readonly difficulty?: number
  /** 30 s, as ckpool. */
  readonly notifyEveryMs?: number
  /** Mean time between blocks: 10 minutes. */
  readonly blockEveryMs?: number
  readonly refusedWorkers?: readonly string[]
  readonly versionMask?: number
  readonly extranonce2Size?: number
  /** Text in the coinbase. */
  readonly tag?: string
  /** How many accepted shares are kept for `acceptedShares`: 100,000. */
  readonly keepShares?: number
  readonly onShare?: (share: JudgedShare) => void
  readonly now?: () => number
}

export interface PoolFaults {
  /** Takes everything and answers nothing. */
  readonly silent: boolean
  readonly rejectAll: boolean
  /** Everything that it sends is late by this much. */
  readonly slowMs: number
  /** No new block is found; jobs go on. */
  readonly freezeBlocks: boolean
}

export interface PoolCounters extends LedgerCounts {
  readonly connections: number
  readonly connectionsEver: number
  readonly jobs: number
  readonly blocks: number
}

export interface SimulatedPool {
  readonly host: string
  readonly port: number
  /** `stratum+tcp://host:port` */
  readonly url: string
  counters(): PoolCounters
  /** Newest last. */
  acceptedShares(): readonly JudgedShare[]
  faults(): PoolFaults
  setFaults(change: Partial<PoolFaults>): void
  /** Hands out a new job too: a difficulty counts from the next one. */
  setDifficulty(difficulty: number): void
  /** A new job now, on a new block or on the same. */
  sendJob(isNewBlock: boolean): void
  dropConnections(): void
  close(): Promise<void>
}

/** A Stratum V1 pool on a real socket. It hashes every share that it judges. */
export async function startPool(options: PoolOptions = {}): Promise<SimulatedPool> {
  const pool = new RunningPool({ ...defaults, ...options })
  await pool.listen()
  return pool
}

const defaults = {
  host: '127.0.0.1',
  port: 0,
  seed: 1,
  difficulty: 1e-6,
  notifyEveryMs: 30_000,
  blockEveryMs: 600_000,
  refusedWorkers: [],
  // The bits that BIP 320 sets aside for miners.
  versionMask: 0x1fffe000,
  extranonce2Size: 8,
  tag: '/simulated/',
  keepShares: 100_000,
  onShare: () => {},
  now: Date.now,
} satisfies Required<PoolOptions>

const blockChannel = 701

class RunningPool implements SimulatedPool {
  readonly host: string
  port: number
  readonly #options: Required<PoolOptions>
  readonly #server: Server
  readonly #house: PoolHouse
  readonly #work: PoolWork
  readonly #ledger: PoolLedger
  readonly #book = createShareBook()
  readonly #connections = new Set<PoolConnection>()
  readonly #blockLuck: RandomStream
  #faults: PoolFaults = { silent: false, rejectAll: false, slowMs: 0, freezeBlocks: false }
  #connectionsEver = 0
  #jobTimer: NodeJS.Timeout | undefined
  #blockTimer: NodeJS.Timeout | undefined

  constructor(options: Required<PoolOptions>) {
    this.host = options.host
    this.port = options.port
    this.#options = options
    this.#server = createServer({ noDelay: true, allowHalfOpen: true }, socket => this.#accept(socket))
    this.#work = createPoolWork({ ...options, onJob: (job, difficulty) => this.#book.add(job, difficulty) })
    this.#ledger = createLedger(options)
    this.#blockLuck = randomStream(options.seed, blockChannel)
    this.#house = this.#openHouse()
  }

  get url(): string {
    return `stratum+tcp://${this.host}:${this.port}`
  }

  async listen(): Promise<void> {
    this.#work.next(true)
    this.#server.listen({ host: this.host, port: this.port, backlog: 4096 })
    await once(this.#server, 'listening')
    const address = this.#server.address()
    if (typeof address === 'object' && address !== null) this.port = address.port
    this.#scheduleJob()
    this.#scheduleBlock()
  }

  counters(): PoolCounters {
    const connections = { connections: this.#connections.size, connectionsEver: this.#connectionsEver }
    return { ...this.#ledger.counts(), ...this.#work.counts(), ...connections }
  }

  acceptedShares(): readonly JudgedShare[] {
    return this.#ledger.accepted()
  }

  faults(): PoolFaults {
    return this.#faults
  }

  setFaults(change: Partial<PoolFaults>): void {
    this.#faults = { ...this.#faults, ...change }
  }

  setDifficulty(difficulty: number): void {
    const line = this.#work.setDifficulty(difficulty)
    this.#broadcast(line + this.#work.next(false))
  }

  sendJob(isNewBlock: boolean): void {
    this.#broadcast(this.#work.next(isNewBlock))
  }

  dropConnections(): void {
    for (const connection of this.#connections) connection.drop()
  }

  async close(): Promise<void> {
    clearTimeout(this.#jobTimer)
    clearTimeout(this.#blockTimer)
    const closed = once(this.#server, 'close')
    this.#server.close()
    this.dropConnections()
    await closed
  }

  #openHouse(): PoolHouse {
    const refused = new Set(this.#options.refusedWorkers)
    return {
      extranonce2Size: this.#options.extranonce2Size,
      versionMask: this.#options.versionMask,
      isRefused: worker => refused.has(worker),
      judge: submission => this.#judge(submission),
      welcome: () => this.#work.welcome(),
      delayMs: () => (this.#faults.silent ? null : this.#faults.slowMs),
    }
  }

  #accept(socket: Socket): void {
    this.#connectionsEver += 1
    const connection = serveMiner(
      socket,
      hexFromUint32(this.#options.seed * 0x10000 + this.#connectionsEver),
      this.#house,
    )
    this.#connections.add(connection)
    socket.on('close', () => this.#connections.delete(connection))
  }

  #judge(submission: Submission): Verdict {
    const verdict = this.#faults.rejectAll ? poolErrors.rejectedAll : this.#book.judge(submission)
    this.#ledger.record(submission.share, verdict)
    return verdict
  }

  /** One buffer for all: thousands of sockets get the same bytes. */
  #broadcast(line: string): void {
    const data = Buffer.from(line)
    for (const connection of this.#connections) connection.broadcast(data)
  }

  #scheduleJob(): void {
    this.#jobTimer = setTimeout(() => {
      this.sendJob(false)
      this.#scheduleJob()
    }, this.#options.notifyEveryMs)
  }

  #scheduleBlock(): void {
    const waitMs = poissonGapMs(this.#blockLuck, this.#options.blockEveryMs)
    this.#blockTimer = setTimeout(() => {
      if (!this.#faults.freezeBlocks) this.sendJob(true)
      this.#scheduleBlock()
    }, waitMs)
  }
}
