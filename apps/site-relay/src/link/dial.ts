import { closes, paths, type CloseName } from '@headframe/protocol'
import type { World } from '../core/world.ts'
import type { EnrolledControl } from '../store/controls.ts'
import type { LinkSocket } from './connection.ts'
import type { Link } from './link.ts'
import { reconnectMs, refusedMs } from './reconnect.ts'
import type { OpenWire, Wire, WireEvents } from './wire.ts'

/** What a dialled link is doing, for the health page and the log. */
export interface Dialled {
  readonly state: () => string
  /** Why it is not up, as far as that is known. */
  readonly why: () => string | null
  /** Ends the connection; a new one follows at once. */
  readonly redial: () => void
}

export interface DialDeps {
  readonly link: Link
  readonly enrolled: EnrolledControl
  readonly log: (level: 'info' | 'warn', text: string) => void
  readonly random: () => number
  /** Control says that it took this box away from its relay. */
  readonly removed?: () => void
  readonly signal: AbortSignal
}

/** What a dialler dials with. */
export interface DialEdge {
  readonly openWire: OpenWire
  readonly clock: Pick<World, 'monotonic' | 'every' | 'sleep'>
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

/** Keeps links connected until their signals abort. A control that says that coming back is no use is asked now and then. */
export const dialWith = (edge: DialEdge) => (deps: DialDeps) => dial(deps, edge)

function dial(deps: DialDeps, { openWire, clock }: DialEdge): Dialled {
  const { link, signal } = deps
  let wire: Wire | null = null
  let attempt = 0
  let lostAt = clock.monotonic()
  let refused: string | null = null
  let complaint = ''

  /** A control that is away for a day is one line in the log, not thousands. */
  function complain(text: string): void {
    if (text !== complaint) deps.log('info', `control is not reached: ${text}`)
    complaint = text
  }

  function open(): void {
    const openedAt = clock.monotonic()
    wire = openLine(deps, { openWire, clock }, { failed: complain, ended })

    function ended({ code, text }: LineEnd): void {
      const now = clock.monotonic()
      const wasGood = link.state() === 'up' && now - openedAt > goodMs
      wire = null
      link.disconnect()
      if (signal.aborted) return
      if (wasGood) {
        attempt = 0
        lostAt = now
        complaint = ''
        refused = null
      }
      if (code === closes.boxRemoved.code) deps.removed?.()
      if (isFinal(code)) refuse(text)
      else again(now)
    }
  }

  /** A control that is rolled back or mended may take us again, and nobody should have to touch every relay then. */
  function refuse(text: string): void {
    if (text !== refused) deps.log('warn', `${text}; dialled again every five minutes`)
    refused = text
    void openAfter(refusedMs(deps.random()))
  }

  function again(now: number): void {
    const waitMs = reconnectMs({ attempt, downMs: now - lostAt, random: deps.random() })
    attempt += 1
    void openAfter(waitMs)
  }

  async function openAfter(ms: number): Promise<void> {
    await clock.sleep(ms, signal)
    if (!signal.aborted) open()
  }

  if (!signal.aborted) {
    signal.addEventListener('abort', () => wire?.terminate())
    open()
  }
  return {
    state: () => (refused === null || link.state() === 'up' ? link.state() : refused),
    why: () => (link.state() === 'up' ? null : (refused ?? (complaint || null))),
    redial: () => wire?.close(1000, ''),
  }
}

/** Codes that say that dialling again soon is no use. */
const isFinal = (code: number) => Object.values(closes).some(close => close.code === code && !close.retry)

interface LineEnd {
  readonly code: number
  readonly text: string
}

interface LineEvents {
  readonly failed: (text: string) => void
  readonly ended: (end: LineEnd) => void
}

function openLine({ link, enrolled, log }: DialDeps, { openWire, clock }: DialEdge, events: LineEvents): Wire {
  const url = new URL(paths.link(enrolled.relay), enrolled.url)
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
  let ours: LineEnd | null = null
  const close = (why: CloseName, text: string) => {
    const { code, reason, retry } = closes[why]
    ours = { code, text: `link closed by us: ${text}` }
    if (retry) log('warn', ours.text)
    wire.close(code, reason)
  }
  let heard: Pick<WireEvents, 'chunk' | 'pong'> = { chunk: () => {}, pong: () => {} }
  const end = new AbortController()
  const wire = openWire(url, {
    opened: () => {
      heard = listen(wire, { link, clock, close, ended: end.signal })
    },
    chunk: bytes => heard.chunk(bytes),
    pong: () => heard.pong(),
    failed: events.failed,
    closed: (code, reason) => {
      end.abort()
      events.ended(ours ?? { code, text: `control refuses the link: ${reason}` })
    },
  })
  return wire
}

interface Listening {
  readonly link: Link
  readonly clock: DialEdge['clock']
  readonly close: LinkSocket['close']
  readonly ended: AbortSignal
}

function listen(wire: Wire, { link, clock, close, ended }: Listening): Pick<WireEvents, 'chunk' | 'pong'> {
  let heardAt = clock.monotonic()
  const openedAt = heardAt
  const pong = () => {
    heardAt = clock.monotonic()
  }
  const session = link.connect({
    write: chunk => {
      wire.send(chunk, () => {
        if (wire.bufferedBytes() < bufferedBytes) session.pump()
      })
    },
    ready: () => wire.isOpen() && wire.bufferedBytes() < bufferedBytes,
    close,
  })
  const check = () => {
    const now = clock.monotonic()
    const stuck = link.state() !== 'up' && now - openedAt > greetingMs
    if (now - heardAt > silenceMs || stuck) wire.terminate()
    else wire.ping()
  }
  clock.every(pingEveryMs, check, ended)
  return {
    pong,
    chunk: bytes => {
      pong()
      session.onChunk(bytes)
    },
  }
}
