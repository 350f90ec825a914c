import type { RejectClass } from '@headframe/stratum'
import { sharedHashQueue } from './hash-queue.ts'
import type { HashQueue } from './hash-queue.ts'
import { openPoolLink } from './pool-link.ts'
import type { PoolLink } from './pool-link.ts'
import { randomStream } from './random-stream.ts'
import type { RandomStream } from './random-stream.ts'
import { startShareSearch } from './share-search.ts'
import type { ShareSearch } from './share-search.ts'

export interface HasherPool {
  /** `stratum+tcp://host:port`; a host that is not on loopback counts as dead. */
  readonly url: string
  readonly user: string
  readonly password: string
}

export interface HasherOptions {
  readonly pools: readonly HasherPool[]
  /** What the miner calls itself: `bmminer/2.0.0`. */
  readonly agent: string
  readonly seed: number
  readonly sharesPerMinute: number
  /** Address to connect from, so that a proxy sees miners apart: `127.4.0.9`. */
  readonly localAddress?: string
  readonly onChange?: (state: HasherState) => void
  /** Pause before a pool is tried again; 5 s. */
  readonly retryMs?: number
}

export interface HasherDeps {
  readonly now: () => number
  readonly queue: HashQueue
}

export interface HasherPoolState {
  readonly url: string
  readonly user: string
  readonly active: boolean
  /** Whether it worked when it was last tried; `null` before. */
  readonly alive: boolean | null
  readonly accepted: number
  readonly rejected: number
  readonly stale: number
  readonly difficulty: number | null
  readonly lastShareAt: number | null
}

export interface HasherState {
  /** Index of the pool that it mines for or tries to reach; `null` when paused, stopped or without pools. */
  readonly activePool: number | null
  /** The pool has given it work. */
  readonly connected: boolean
  readonly pools: readonly HasherPoolState[]
}

export interface Hasher {
  /** Begins anew with other pools. */
  setPools(pools: readonly HasherPool[]): void
  pause(): void
  resume(): void
  /** Ends it for good, once its connection is closed. */
  stop(): Promise<void>
  state(): HasherState
}

/** A miner's Stratum side: it finds real shares at a given rate, submits them, and comes back when it is cut off. */
export function startHasher(options: HasherOptions, deps: HasherDeps = defaultDeps): Hasher {
  const run = new HasherRun(options, deps)
  run.resume()
  return run
}

const defaultDeps: HasherDeps = { now: Date.now, queue: sharedHashQueue }
const defaultRetryMs = 5_000
/** Attempts at one pool before the next one is tried. */
const attemptsPerPool = 3

type Counts = { -readonly [K in keyof Omit<HasherPoolState, 'url' | 'user' | 'active'>]: HasherPoolState[K] }

class HasherRun implements Hasher {
  readonly #options: HasherOptions
  readonly #deps: HasherDeps
  readonly #random: RandomStream
  #pools: readonly HasherPool[]
  #counts: Counts[]
  #active = 0
  #failures = 0
  #running = false
  #link: PoolLink | null = null
  #search: ShareSearch | null = null
  #retry: NodeJS.Timeout | undefined
  #ended: Promise<void> = Promise.resolve()

  constructor(options: HasherOptions, deps: HasherDeps) {
    this.#options = options
    this.#deps = deps
    this.#random = randomStream(options.seed, channel)
    this.#pools = options.pools
    this.#counts = options.pools.map(noCounts)
  }

  setPools(pools: readonly HasherPool[]): void {
    const wasRunning = this.#running
    this.pause()
    this.#pools = pools
    this.#counts = pools.map(noCounts)
    this.#active = 0
    this.#failures = 0
    if (wasRunning) this.resume()
  }

  resume(): void {
    if (this.#running) return
    this.#running = true
    this.#connect()
  }

  pause(): void {
    this.#running = false
    clearTimeout(this.#retry)
    this.#drop()
    this.#changed()
  }

  stop(): Promise<void> {
    this.pause()
    return this.#ended
  }

  state(): HasherState {
    const activePool = this.#running && this.#pools.length > 0 ? this.#active : null
    const pools = this.#pools.map(({ url, user }, index) => ({
      url,
      user,
      active: index === activePool && this.#search !== null,
      ...(this.#counts[index] ?? noCounts()),
    }))
    return { activePool, connected: this.#search !== null, pools }
  }

  #connect(): void {
    const pool = this.#pools[this.#active]
    if (pool === undefined) return
    const address = loopbackAddress(pool.url)
    if (address === null) {
      this.#retry = setTimeout(() => this.#failed(), 0)
      return
    }
    const { agent, localAddress = null } = this.#options
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#ended = promise
    const link: PoolLink = openPoolLink(
      { ...address, localAddress, user: pool.user, password: pool.password, agent },
      {
        onWork: isClean => this.#onWork(link, isClean),
        onVerdict: reject => this.#onVerdict(link, reject),
        onClosed: () => {
          resolve()
          if (link === this.#link) this.#failed()
        },
      },
    )
    this.#link = link
  }

  #onWork(link: PoolLink, isClean: boolean): void {
    if (link !== this.#link) return
    this.#failures = 0
    this.#search ??= startShareSearch({
      random: this.#random,
      sharesPerMinute: this.#options.sharesPerMinute,
      queue: this.#deps.queue,
      work: () => link.work(),
      onFound: share => link.submit(share),
    })
    this.#search.onWork(isClean)
    this.#count({ alive: true, difficulty: link.difficulty() })
  }

  #onVerdict(link: PoolLink, reject: RejectClass | null): void {
    const counts = this.#counts[this.#active]
    if (link !== this.#link || counts === undefined) return
    if (reject === null) this.#count({ accepted: counts.accepted + 1, lastShareAt: this.#deps.now() })
    else if (reject === 'stale' || reject === 'unknown-job') this.#count({ stale: counts.stale + 1 })
    else this.#count({ rejected: counts.rejected + 1 })
  }

  #failed(): void {
    this.#drop()
    this.#count({ alive: false })
    this.#failures += 1
    const isSpent = this.#failures >= attemptsPerPool && this.#pools.length > 1
    if (isSpent) {
      this.#active = (this.#active + 1) % this.#pools.length
      this.#failures = 0
    }
    const waitMs = this.#options.retryMs ?? defaultRetryMs
    this.#retry = setTimeout(() => this.#connect(), isSpent ? 0 : waitMs)
  }

  #drop(): void {
    const link = this.#link
    this.#link = null
    this.#search?.stop()
    this.#search = null
    link?.close()
  }

  #count(change: Partial<Counts>): void {
    Object.assign(this.#counts[this.#active] ?? {}, change)
    this.#changed()
  }

  #changed(): void {
    this.#options.onChange?.(this.state())
  }
}

/** Keeps a hasher's numbers apart from those that other parts draw from the same seed. */
const channel = 700

function noCounts(): Counts {
  return { alive: null, accepted: 0, rejected: 0, stale: 0, difficulty: null, lastShareAt: null }
}

/** The simulator leaves its machine for nothing: a hasher that is given a real pool does not reach it. */
function loopbackAddress(url: string): { host: string; port: number } | null {
  const [, host, port] = /^stratum\+tcp:\/\/(127\.\d+\.\d+\.\d+|localhost):(\d{1,5})$/.exec(url) ?? []
  return host === undefined || port === undefined ? null : { host, port: Number(port) }
}
