import type { Socket } from 'node:net'
import { createLineSplitter, decodeMessage, hexFromUint32 } from '@headframe/stratum'
import type { Call, Share } from '@headframe/stratum'
import { createDelayLine } from './delay-line.ts'
import { poolErrors } from './share-book.ts'
import type { PoolError, Submission, Verdict } from './share-book.ts'

/** What a connection needs of its pool. */
export interface PoolHouse {
  readonly extranonce2Size: number
  readonly versionMask: number
  isRefused(worker: string): boolean
  judge(submission: Submission): Verdict
  /** Difficulty and job for a worker that was taken in. */
  welcome(): string
  /** How long an answer waits; `null`: for ever. */
  delayMs(): number | null
}

/** A miner at the pool. */
export interface PoolConnection {
  /** Sends work to a miner that was taken in; others get theirs when they are. */
  broadcast(data: Buffer): void
  drop(): void
}

/** Serves one miner: like ckpool, it hands out work once a worker is authorised. */
export function serveMiner(socket: Socket, extranonce1: string, house: PoolHouse): PoolConnection {
  const miner = new Miner(socket, extranonce1, house)
  const splitter = createLineSplitter(maxRequestBytes)
  socket.on('data', chunk => {
    for (const line of splitter.push(chunk)) {
      if (line.kind === 'line') miner.receive(line.body)
      else socket.destroy()
    }
  })
  socket.on('end', () => socket.end())
  // A connection that breaks is over; `close` follows.
  socket.on('error', () => {})
  socket.on('close', () => miner.stop())
  return miner
}

/** No request is longer; ckpool drops at 1,024. */
const maxRequestBytes = 16_384
/** A miner that does not read is dropped. */
const maxUnsentBytes = 1_048_576

class Miner implements PoolConnection {
  readonly #socket: Socket
  readonly #extranonce1: string
  readonly #house: PoolHouse
  readonly #line
  readonly #workers = new Set<string>()
  #isSubscribed = false
  #versionMask: number | null = null
  #isWelcome = false

  constructor(socket: Socket, extranonce1: string, house: PoolHouse) {
    this.#socket = socket
    this.#extranonce1 = extranonce1
    this.#house = house
    this.#line = createDelayLine(data => this.#write(data))
  }

  receive(body: Uint8Array): void {
    const message = decodeMessage(body)
    if (message.kind === 'unreadable') this.#socket.destroy()
    if (message.kind === 'request') this.#serve(message.id, message.call)
  }

  broadcast(data: Buffer): void {
    if (this.#isWelcome) this.#send(data)
  }

  drop(): void {
    this.#socket.destroy()
  }

  stop(): void {
    this.#line.stop()
  }

  #serve(id: string, call: Call): void {
    const answer = this.#answerTo(call)
    if ('error' in answer) this.#send(errorLine(id, answer.error))
    else this.#send(`{"id":${id},"result":${JSON.stringify(answer.result)},"error":null}\n`)
    this.#welcomeOnce()
  }

  #answerTo(call: Call): { readonly result: unknown } | { readonly error: PoolError } {
    if (call.kind === 'configure') return { result: this.#configure(call.extensions, call.versionMask) }
    if (call.kind === 'subscribe') return { result: this.#subscribe() }
    if (call.kind === 'authorize') return this.#authorize(call.worker)
    if (call.kind === 'submit') return this.#submit(call.share)
    if (call.kind === 'extranonce.subscribe' || call.kind === 'suggest_difficulty') return { result: true }
    if (call.kind === 'ping') return { result: 'pong' }
    return { error: call.kind === 'malformed' ? poolErrors.badParams : poolErrors.unknownMethod }
  }

  #configure(extensions: readonly string[], asked: number | null): Record<string, unknown> {
    const result: Record<string, unknown> = Object.fromEntries(extensions.map(name => [name, false]))
    if (!extensions.includes('version-rolling')) return result
    this.#versionMask = (this.#house.versionMask & (asked ?? 0xffffffff)) >>> 0
    return { ...result, 'version-rolling': true, 'version-rolling.mask': hexFromUint32(this.#versionMask) }
  }

  #subscribe(): unknown {
    this.#isSubscribed = true
    return [[['mining.notify', this.#extranonce1]], this.#extranonce1, this.#house.extranonce2Size]
  }

  #authorize(worker: string): { readonly result: true } | { readonly error: PoolError } {
    if (this.#house.isRefused(worker)) return { error: poolErrors.unauthorized }
    this.#workers.add(worker)
    return { result: true }
  }

  #submit(share: Share): { readonly result: true } | { readonly error: PoolError } {
    const error = this.#judge(share)
    return error === null ? { result: true } : { error }
  }

  #judge(share: Share): Verdict {
    return this.#house.judge({
      share,
      extranonce1: this.#extranonce1,
      extranonce2Size: this.#house.extranonce2Size,
      versionMask: this.#versionMask,
      isSubscribed: this.#isSubscribed,
      isAuthorized: this.#workers.has(share.worker),
    })
  }

  #welcomeOnce(): void {
    if (this.#isWelcome || !this.#isSubscribed || this.#workers.size === 0) return
    this.#isWelcome = true
    this.#send(this.#house.welcome())
  }

  #send(data: Buffer | string): void {
    const delayMs = this.#house.delayMs()
    if (delayMs !== null) this.#line.send(data, delayMs)
  }

  #write(data: Buffer | string): void {
    if (!this.#socket.writable) return
    this.#socket.write(data)
    if (this.#socket.writableLength > maxUnsentBytes) this.#socket.destroy()
  }
}

function errorLine(id: string, { code, text }: PoolError): string {
  return `{"id":${id},"result":null,"error":${JSON.stringify([code, text, null])}}\n`
}
