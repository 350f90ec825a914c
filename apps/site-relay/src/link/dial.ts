import { closes, paths } from '@headframe/protocol'
import { WebSocket } from 'ws'
import type { EnrolledControl } from '../store/controls.ts'
import type { Link } from './link.ts'
import { reconnectMs } from './reconnect.ts'

/** What a dialled link is doing, for the health page and the log. */
export interface Dialled {
  readonly state: () => string
  /** Ends the connection; a new one follows at once. */
  readonly redial: () => void
}

export interface DialDeps {
  readonly link: Link
  readonly enrolled: EnrolledControl
  readonly log: (level: 'info' | 'warn', text: string) => void
  readonly random: () => number
  readonly signal: AbortSignal
}

/** From the dial to the welcome. */
const greetingMs = 15_000
/** A peer that answers no ping for this long is gone, though its socket stands. */
const silenceMs = 30_000
const pingEveryMs = 10_000
/** What the socket itself may hold; the lanes hold the rest. */
const bufferedBytes = 128 * 1024
/** A connection that was welcome and held this long was a good one. */
const goodMs = 10_000

/** Keeps one link connected until the signal aborts, or control says that coming back is no use. */
export function dial(deps: DialDeps): Dialled {
  let socket: WebSocket | null = null
  let attempt = 0
  let lostAt = performance.now()
  let refused: string | null = null
  let timer: NodeJS.Timeout | null = null
  let complaint = ''

  /** A control that is away for a day is one line in the log, not thousands. */
  function complain(text: string): void {
    if (text !== complaint) deps.log('info', `control is not reached: ${text}`)
    complaint = text
  }

  function open(): void {
    timer = null
    const openedAt = performance.now()
    socket = openSocket(deps, complain, (code, reason) => {
      const now = performance.now()
      const wasGood = deps.link.state() === 'up' && now - openedAt > goodMs
      socket = null
      deps.link.disconnect()
      if (deps.signal.aborted) return
      if (isFinal(code)) {
        refused = reason
        deps.log('warn', `control ended the link for good: ${reason}`)
        return
      }
      if (wasGood) {
        attempt = 0
        lostAt = now
        complaint = ''
      }
      again(now)
    })
  }

  function again(now: number): void {
    const waitMs = reconnectMs({ attempt, downMs: now - lostAt, random: deps.random() })
    attempt += 1
    timer = setTimeout(open, waitMs)
  }

  deps.signal.addEventListener('abort', () => {
    if (timer) clearTimeout(timer)
    socket?.terminate()
  })
  open()
  return {
    state: () => (refused === null ? deps.link.state() : `ended: ${refused}`),
    redial: () => socket?.close(1000),
  }
}

/** Codes that say that dialling again is no use. */
const isFinal = (code: number) => Object.values(closes).some(close => close.code === code && !close.retry)

function openSocket(
  { link, enrolled, log }: DialDeps,
  failed: (text: string) => void,
  ended: (code: number, reason: string) => void,
): WebSocket {
  const url = new URL(paths.link(enrolled.relay), enrolled.url)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  const socket = new WebSocket(url, { handshakeTimeout: greetingMs, maxPayload: 128 * 1024, perMessageDeflate: false })
  socket.binaryType = 'nodebuffer'
  socket.once('open', () => listen(socket, link, log))
  socket.once('error', error => failed(error.message))
  socket.once('close', (code, reason) => ended(code, reason.toString()))
  return socket
}

function listen(socket: WebSocket, link: Link, log: DialDeps['log']): void {
  let heardAt = performance.now()
  const openedAt = heardAt
  const heard = () => {
    heardAt = performance.now()
  }
  const session = link.connect({
    write: chunk => {
      socket.send(chunk, () => {
        if (socket.bufferedAmount < bufferedBytes) session.pump()
      })
    },
    ready: () => socket.readyState === WebSocket.OPEN && socket.bufferedAmount < bufferedBytes,
    close: (why, text) => {
      log('warn', `link closed by us: ${text}`)
      socket.close(closes[why].code, closes[why].reason)
    },
  })
  const pings = setInterval(() => {
    const now = performance.now()
    const stuck = link.state() !== 'up' && now - openedAt > greetingMs
    if (now - heardAt > silenceMs || stuck) socket.terminate()
    else socket.ping()
  }, pingEveryMs)
  socket.on('pong', heard)
  socket.on('message', (data, isBinary) => {
    heard()
    if (isBinary && Buffer.isBuffer(data)) session.onChunk(new Uint8Array(data))
  })
  socket.once('close', () => clearInterval(pings))
}
