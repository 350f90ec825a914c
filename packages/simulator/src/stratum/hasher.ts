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
  /** How often the first pool is tried while another one is mined for; 30 s, as cgminer. */
  readonly returnMs?: number
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
  /** Begins with the first pool, as a miner that starts. */
  resume(): void
  /** Pauses, and settles once its connections are closed. */
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
const defaultReturnMs = 30_000
/** Attempts at one pool before the next one is tried. */
const attemptsPerPool = 3

type Counts = Omit<HasherPoolState, 'url' | 'user' | 'active'>

class HasherRun implements Hasher {
  readonly #options: HasherOptions
  readonly #deps: HasherDeps
  readonly #random: RandomStream
  #pools: readonly HasherPool[]
  #counts: Counts[]
  #active = 0
  #failures = 0
  #isRunning = false
  #link: PoolLink | null = null
  /** A second connection, to the first pool, which takes over once it brings work. */
  #probe: PoolLink | null = null
  #search: ShareSearch | null = null
  #retryTimer: NodeJS.Timeout | undefined
  #returnTimer: NodeJS.Timeout | undefined

  constructor(options: HasherOptions, deps: HasherDeps) {
    this.#options = options
    this.#deps = deps
    this.#random = randomStream(options.seed, channel)
    this.#pools = options.pools
    this.#counts = options.pools.map(() => noCounts)
  }

  setPools(pools: readonly HasherPool[]): void {
    const wasRunning = this.#isRunning
    this.pause()
    this.#pools = pools
    this.#counts = pools.map(() => noCounts)
    if (wasRunning) this.resume()
  }

  resume(): void {
    if (this.#isRunning) return
    this.#isRunning = true
    this.#active = 0
    this.#failures = 0
    this.#connect()
  }

  pause(): void {
    void this.stop()
  }

  async stop(): Promise<void> {
    this.#isRunning = false
    clearTimeout(this.#retryTimer)
    clearTimeout(this.#returnTimer)
    const closing = [this.#dropLink(), this.#dropProbe()]
    this.#changed()
    await Promise.all(closing)
  }

  state(): HasherState {
    const activePool = this.#isRunning && this.#pools.length > 0 ? this.#active : null
    const connected = this.#search !== null
    const pools = this.#pools.map(({ url, user }, index) => ({
      url,
      user,
      active: connected && index === activePool,
      ...(this.#counts[index] ?? noCounts),
    }))
    return { activePool, connected, pools }
  }

  #connect(): void {
    if (this.#pools.length === 0) return
    this.#link = this.#open(this.#active)
    if (this.#link === null) this.#retryTimer = setTimeout(() => this.#failed(), 0)
  }

  #open(index: number): PoolLink | null {
    const pool = this.#pools[index]
    const address = loopbackAddress(pool?.url ?? '')
    if (pool === undefined || address === null) return null
    const { agent, localAddress = null } = this.#options
    const link: PoolLink = openPoolLink(
      { ...address, localAddress, user: pool.user, password: pool.password, agent },
      {
        onWork: isClean => this.#onWork(link, isClean),
        onVerdict: reject => this.#onVerdict(link, reject),
        onClosed: () => this.#onClosed(link),
      },
    )
    return link
  }

  #onWork(link: PoolLink, isClean: boolean): void {
    if (link === this.#probe) this.#takeOver(link)
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

  #takeOver(link: PoolLink): void {
    void this.#dropLink()
    clearTimeout(this.#retryTimer)
    this.#probe = null
    this.#link = link
    this.#active = 0
  }

  #onVerdict(link: PoolLink, reject: RejectClass | null): void {
    const counts = this.#counts[this.#active]
    if (link !== this.#link || counts === undefined) return
    if (reject === null) this.#count({ accepted: counts.accepted + 1, lastShareAt: this.#deps.now() })
    else if (reject === 'stale' || reject === 'unknown-job') this.#count({ stale: counts.stale + 1 })
    else this.#count({ rejected: counts.rejected + 1 })
  }

  #onClosed(link: PoolLink): void {
    if (link === this.#link) this.#failed()
    if (link === this.#probe) {
      this.#probe = null
      this.#returnLater()
    }
  }

  #failed(): void {
    void this.#dropLink()
    this.#count({ alive: false })
    this.#failures += 1
    const isSpent = this.#failures >= attemptsPerPool && this.#pools.length > 1
    if (isSpent) this.#goOn()
    const waitMs = this.#options.retryMs ?? defaultRetryMs
    this.#retryTimer = setTimeout(() => this.#connect(), isSpent ? 0 : waitMs)
  }

  #goOn(): void {
    this.#failures = 0
    this.#active = (this.#active + 1) % this.#pools.length
    if (this.#active === 0) void this.#dropProbe()
    this.#returnLater()
  }

  #returnLater(): void {
    clearTimeout(this.#returnTimer)
    if (this.#active === 0 || this.#probe !== null) return
    this.#returnTimer = setTimeout(() => {
      this.#probe = this.#open(0)
    }, this.#options.returnMs ?? defaultReturnMs)
  }

  async #dropLink(): Promise<void> {
    const link = this.#link
    this.#link = null
    this.#search?.stop()
    this.#search = null
    await link?.close()
  }

  async #dropProbe(): Promise<void> {
    const probe = this.#probe
    this.#probe = null
    await probe?.close()
  }

  #count(change: Partial<Counts>): void {
    this.#counts[this.#active] = { ...(this.#counts[this.#active] ?? noCounts), ...change }
    this.#changed()
  }

  #changed(): void {
    this.#options.onChange?.(this.state())
  }
}

/** Keeps a hasher's numbers apart from those that other parts draw from the same seed. */
const channel = 700

const noCounts: Counts = { alive: null, accepted: 0, rejected: 0, stale: 0, difficulty: null, lastShareAt: null }

/** The simulator leaves its machine for nothing: a hasher that is given a real pool does not reach it. */
function loopbackAddress(url: string): { host: string; port: number } | null {
  const [, host, port] = /^stratum\+tcp:\/\/(127\.\d+\.\d+\.\d+|localhost):(\d{1,5})$/.exec(url) ?? []
  return host === undefined || port === undefined ? null : { host, port: Number(port) }
}
