import { closes, paths, type CloseName } from '@headframe/protocol'
import { WebSocket } from 'ws'
import type { EnrolledControl } from '../store/controls.ts'
import type { LinkSocket } from './connection.ts'
import type { Link } from './link.ts'
import { reconnectMs, refusedMs } from './reconnect.ts'

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

/** Keeps one link connected until the signal aborts. A control that says that coming back is no use is asked now and then. */
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
    socket = openSocket(deps, complain, ({ code, text }) => {
      const now = performance.now()
      const wasGood = deps.link.state() === 'up' && now - openedAt > goodMs
      socket = null
      deps.link.disconnect()
      if (deps.signal.aborted) return
      if (wasGood) {
        attempt = 0
        lostAt = now
        complaint = ''
        refused = null
      }
      if (isFinal(code)) refuse(text)
      else again(now)
    })
  }

  /** A control that is rolled back or mended may take us again, and nobody should have to touch every relay then. */
  function refuse(text: string): void {
    if (text !== refused) deps.log('warn', `${text}; dialled again every five minutes`)
    refused = text
    timer = setTimeout(open, refusedMs(deps.random()))
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
    state: () => (refused === null || deps.link.state() === 'up' ? deps.link.state() : refused),
    redial: () => socket?.close(1000),
  }
}

/** Codes that say that dialling again soon is no use. */
const isFinal = (code: number) => Object.values(closes).some(close => close.code === code && !close.retry)

function openSocket(
  { link, enrolled, log }: DialDeps,
  failed: (text: string) => void,
  ended: (end: { code: number; text: string }) => void,
): WebSocket {
  const url = new URL(paths.link(enrolled.relay), enrolled.url)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  const socket = new WebSocket(url, { handshakeTimeout: greetingMs, maxPayload: 128 * 1024, perMessageDeflate: false })
  socket.binaryType = 'nodebuffer'
  let ours: { code: number; text: string } | null = null
  const close = (why: CloseName, text: string) => {
    const { code, reason, retry } = closes[why]
    ours = { code, text: `link closed by us: ${text}` }
    if (retry) log('warn', ours.text)
    socket.close(code, reason)
  }
  socket.once('open', () => listen(socket, link, close))
  socket.once('error', error => failed(error.message))
  socket.once('close', (code, reason) =>
    ended(ours ?? { code, text: `control refuses the link: ${reason.toString()}` }),
  )
  return socket
}

function listen(socket: WebSocket, link: Link, close: LinkSocket['close']): void {
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
    close,
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
