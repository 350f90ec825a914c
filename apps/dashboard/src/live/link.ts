import { closes, pulse, toDashboard, type FromDashboard, type ToDashboard } from '@headframe/protocol'
import { createAcks, type Acks } from './acks.ts'
import { makePulse, type Pulse } from './pulse.ts'

/** The part of a WebSocket that a link uses. */
export interface LinkSocket extends EventTarget {
  binaryType: BinaryType
  send(text: string): void
  close(): void
}

export type LinkState =
  | { readonly kind: 'connecting'; readonly since: number }
  | { readonly kind: 'live'; readonly since: number }
  /** Cut, and trying again. */
  | { readonly kind: 'waiting'; readonly since: number }
  | { readonly kind: 'signed-out' }
  /** Closed for good, with the reason that control gave. */
  | { readonly kind: 'refused'; readonly reason: string }

export interface LinkDeps {
  readonly open: () => LinkSocket
  readonly now: () => number
  /** From 0 to 1. */
  readonly random: () => number
  readonly after: (delayMs: number, act: () => void) => () => void
  /** Whether this browser is still signed in; asked when a socket could not be opened. */
  readonly signedIn: () => Promise<boolean>
}

export interface LinkHandlers {
  readonly state: (state: LinkState) => void
  readonly message: (message: ToDashboard) => void
  readonly packed: (bytes: Uint8Array<ArrayBuffer>) => Promise<void>
  /** A copy is coming in: control waits for each acknowledgement. */
  readonly copying: () => boolean
}

const firstDelayMs = 500
const longestDelayMs = 20_000
/** A control that took the line and does not answer: a browser by itself would wait for minutes. */
export const longestOpeningMs = 20_000

/** Full jitter: a crowd of dashboards does not come back in step after control restarts. */
export function reconnectDelayMs(failures: number, random: () => number): number {
  return random() * Math.min(longestDelayMs, firstDelayMs * 2 ** failures)
}

/** Keeps one socket to control open, tells what arrives in order, and acknowledges each message [S7]. */
export class Link {
  readonly #handlers: LinkHandlers
  readonly #deps: LinkDeps
  #socket: LinkSocket | null = null
  /** A browser throws at what is sent while it still connects. */
  #isOpen = false
  /** Sockets in a row that brought nothing. */
  #failures = 0
  #downSince: number
  #ended = false
  /** Of the next try, or of the one that is going on. */
  #cancelTimer = () => {}
  #pulse: Pulse | null = null
  #acks: Acks | null = null

  constructor(handlers: LinkHandlers, deps: LinkDeps) {
    this.#handlers = handlers
    this.#deps = deps
    this.#downSince = deps.now()
    handlers.state({ kind: 'connecting', since: this.#downSince })
    this.#connect()
  }

  /** Says nothing while the link is down: whoever asked asks again when it is up. */
  send(message: FromDashboard): void {
    if (this.#isOpen) this.#socket?.send(JSON.stringify(message))
  }

  /** Tries at once instead of waiting. */
  hurry(): void {
    if (this.#socket === null && !this.#ended) this.#connect()
  }

  /** Gives this socket up for a new one, and with it a fresh copy. */
  startOver(): void {
    const socket = this.#socket
    this.#closed(socket, null)
    socket?.close()
  }

  close(): void {
    this.#ended = true
    this.#isOpen = false
    this.#cancelTimer()
    this.#pulse?.stop()
    this.#acks?.stop()
    const socket = this.#socket
    this.#socket = null
    socket?.close()
  }

  #connect(): void {
    this.#cancelTimer()
    const socket = this.#deps.open()
    socket.binaryType = 'arraybuffer'
    socket.addEventListener('open', () => this.#opened(socket))
    socket.addEventListener('close', event => this.#closed(socket, event))
    const inbox = this.#createInbox(socket)
    socket.addEventListener('message', event => {
      this.#pulse?.heard()
      if (event instanceof MessageEvent && event.data !== pulse.answer) inbox(event.data)
    })
    this.#socket = socket
    this.#cancelTimer = this.#deps.after(longestOpeningMs, () => this.startOver())
  }

  #opened(socket: LinkSocket): void {
    this.#cancelTimer()
    this.#isOpen = true
    this.#pulse = makePulse({
      after: this.#deps.after,
      ask: () => socket.send(pulse.ask),
      dead: () => this.startOver(),
    })
    this.#handlers.state({ kind: 'live', since: this.#deps.now() })
  }

  #closed(socket: LinkSocket | null, event: Event | null): void {
    if (socket === null || socket !== this.#socket) return
    this.#socket = null
    this.#isOpen = false
    this.#cancelTimer()
    this.#pulse?.stop()
    this.#acks?.stop()
    if (this.#failures === 0) this.#downSince = this.#deps.now()
    const final = event instanceof CloseEvent ? finalState(event) : null
    if (final) return this.#end(final)
    this.#handlers.state({ kind: 'waiting', since: this.#downSince })
    this.#cancelTimer = this.#deps.after(reconnectDelayMs(this.#failures, this.#deps.random), () => this.#connect())
    this.#failures++
    // A refused upgrade looks like a broken line from here: the API tells which it was.
    if (this.#failures > 1) void this.#endIfSignedOut()
  }

  async #endIfSignedOut(): Promise<void> {
    const signedIn = await this.#deps.signedIn()
    if (!signedIn && !this.#ended) this.#end({ kind: 'signed-out' })
  }

  #end(state: LinkState): void {
    this.close()
    this.#handlers.state(state)
  }

  /** Handles what arrives one after another, for unpacking takes time and order matters. */
  #createInbox(socket: LinkSocket): (data: unknown) => void {
    const acks = createAcks({
      send: received => socket.send(JSON.stringify({ type: 'ack', received } satisfies FromDashboard)),
      after: this.#deps.after,
      eager: this.#handlers.copying,
    })
    this.#acks = acks
    let last = Promise.resolve()
    const handle = async (data: unknown) => {
      if (socket !== this.#socket) return
      this.#failures = 0
      try {
        if (data instanceof ArrayBuffer) await this.#handlers.packed(new Uint8Array(data))
        else readText(data, this.#handlers)
      } finally {
        if (socket === this.#socket) acks.handled(sizeOf(data))
      }
    }
    return data => {
      // What cannot be read is passed over: the next full copy mends it, and nothing else waits for it [X2].
      last = last.then(() => handle(data)).catch(() => {})
    }
  }
}

const sizeOf = (data: unknown) =>
  data instanceof ArrayBuffer ? data.byteLength : typeof data === 'string' ? data.length : 0

function readText(data: unknown, handlers: LinkHandlers): void {
  if (typeof data !== 'string') return
  const parsed = toDashboard.safeParse(JSON.parse(data))
  if (parsed.success) handlers.message(parsed.data)
}

function finalState(event: CloseEvent): LinkState | null {
  if (event.code === closes.signedOut.code || event.code === closes.revoked.code) return { kind: 'signed-out' }
  const known = Object.values(closes).find(close => close.code === event.code)
  return known && !known.retry ? { kind: 'refused', reason: known.reason } : null
}
