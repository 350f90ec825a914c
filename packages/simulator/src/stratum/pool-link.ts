import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { createLineSplitter, decodeMessage, hexFromUint32, readAnswer } from '@headframe/stratum'
import type { Answer, Call, Job, Message, RejectClass } from '@headframe/stratum'

/** What a miner needs to hash. */
export interface Work {
  readonly job: Job
  readonly extranonce1: string
  readonly extranonce2Size: number
  readonly difficulty: number
  /** `null` when the pool does not let it roll the version. */
  readonly versionMask: number | null
}

export interface FoundShare {
  readonly work: Work
  readonly extranonce2: string
  readonly nonce: number
  readonly versionBits: number | null
}

export interface PoolLink {
  /** Newest work, `null` until the pool has taken the worker in. */
  work(): Work | null
  /** Difficulty that the pool set last. */
  difficulty(): number | null
  submit(share: FoundShare): void
  close(): Promise<void>
}

export interface PoolLinkOptions {
  readonly host: string
  readonly port: number
  readonly localAddress: string | null
  readonly user: string
  readonly password: string
  readonly agent: string
}

export interface PoolLinkEvents {
  /** A job came. @param isClean whether earlier ones are void */
  readonly onWork: (isClean: boolean) => void
  /** The pool judged a share: `null` is accepted. */
  readonly onVerdict: (reject: RejectClass | null) => void
  /** Called once, also after `close`. */
  readonly onClosed: () => void
}

/** A miner's connection to a pool: configure, subscribe, authorize, then work. */
export function openPoolLink(options: PoolLinkOptions, events: PoolLinkEvents): PoolLink {
  const { host, port, localAddress } = options
  const socket = connect({ host, port, ...(localAddress === null ? {} : { localAddress }), noDelay: true })
  const talk = new Talk(socket, options, events)
  const splitter = createLineSplitter()
  socket.setTimeout(handshakeMs, () => socket.destroy())
  socket.on('connect', () => talk.begin())
  socket.on('data', chunk => {
    for (const line of splitter.push(chunk)) if (line.kind === 'line') talk.receive(decodeMessage(line.body))
  })
  // What went wrong does not matter to a miner: `close` follows, and it tries again.
  socket.on('error', () => {})
  socket.on('end', () => socket.destroy())
  const closed = Promise.withResolvers<void>()
  socket.on('close', () => {
    closed.resolve()
    events.onClosed()
  })
  return {
    work: () => talk.work,
    difficulty: () => talk.difficulty,
    submit: share => talk.submit(share),
    close: () => {
      socket.destroy()
      return closed.promise
    },
  }
}

const handshakeMs = 10_000
/** cgminer holds a pool for dead after 90 s of silence. */
const silenceMs = 90_000
/** Mask of every current machine: bits 13 to 28 (BIP 320). */
const wantedMask = '1fffe000'

class Talk {
  work: Work | null = null
  difficulty: number | null = null
  readonly #socket: Socket
  readonly #options: PoolLinkOptions
  readonly #events: PoolLinkEvents
  readonly #asked = new Map<string, string>()
  #lastId = 0
  #versionMask: number | null = null
  #extranonce: { readonly extranonce1: string; readonly extranonce2Size: number } | null = null

  constructor(socket: Socket, options: PoolLinkOptions, events: PoolLinkEvents) {
    this.#socket = socket
    this.#options = options
    this.#events = events
  }

  begin(): void {
    this.#ask('mining.configure', [
      ['version-rolling'],
      { 'version-rolling.mask': wantedMask, 'version-rolling.min-bit-count': 16 },
    ])
  }

  submit({ work, extranonce2, nonce, versionBits }: FoundShare): void {
    const share = [this.#options.user, work.job.id, extranonce2, hexFromUint32(work.job.ntime), hexFromUint32(nonce)]
    this.#ask('mining.submit', versionBits === null ? share : [...share, hexFromUint32(versionBits)])
  }

  receive(message: Message): void {
    if (message.kind === 'response') this.#settle(message)
    if (message.kind === 'notification') this.#told(message.call)
    if (message.kind === 'request') this.#answer(message.id, message.call)
  }

  #settle(response: Extract<Message, { kind: 'response' }>): void {
    const method = this.#asked.get(response.id ?? '') ?? null
    this.#asked.delete(response.id ?? '')
    this.#answered(readAnswer(response, method), method)
  }

  #answered(answer: Answer, method: string | null): void {
    if (method === 'mining.configure') {
      if (answer.kind === 'configure-result' && answer.versionRolling) this.#versionMask = answer.mask
      this.#ask('mining.subscribe', [this.#options.agent])
    } else if (answer.kind === 'subscribe-result') {
      this.#extranonce = answer
      this.#ask('mining.authorize', [this.#options.user, this.#options.password])
    } else if (answer.kind === 'submit-result') {
      this.#events.onVerdict(answer.accepted ? null : (answer.reject?.class ?? 'other'))
    } else if (answer.kind === 'authorize-result' && answer.authorized) {
      this.#socket.setTimeout(silenceMs)
    } else if (method === 'mining.authorize' || method === 'mining.subscribe') {
      this.#socket.destroy()
    }
  }

  #told(call: Call): void {
    if (call.kind === 'set_difficulty') this.difficulty = call.difficulty
    if (call.kind === 'set_version_mask') this.#versionMask = call.mask
    if (call.kind === 'set_extranonce') this.#extranonce = call
    // A miner that obeyed a foreign host would be hijacked; it comes back to its own pool.
    if (call.kind === 'reconnect') this.#socket.destroy()
    if (call.kind === 'notify') this.#take(call.job)
  }

  #take(job: Job): void {
    if (this.#extranonce === null || this.difficulty === null) return
    const { extranonce1, extranonce2Size } = this.#extranonce
    this.work = { job, extranonce1, extranonce2Size, difficulty: this.difficulty, versionMask: this.#versionMask }
    this.#events.onWork(job.clean === true)
  }

  #answer(id: string, call: Call): void {
    if (call.kind === 'get_version')
      this.#send(`{"id":${id},"result":${JSON.stringify(this.#options.agent)},"error":null}`)
    if (call.kind === 'ping') this.#send(`{"id":${id},"result":"pong","error":null}`)
  }

  #ask(method: string, params: readonly unknown[]): void {
    this.#lastId += 1
    this.#asked.set(String(this.#lastId), method)
    this.#send(JSON.stringify({ id: this.#lastId, method, params }))
  }

  #send(line: string): void {
    if (this.#socket.writable) this.#socket.write(`${line}\n`)
  }
}
