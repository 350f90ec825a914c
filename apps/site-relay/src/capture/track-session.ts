import type { StratumSession } from '@headframe/protocol'
import { maskSecrets, type Message } from '@headframe/stratum'
import { cleanText } from './clean-text.ts'
import type { CopyBytes, CopyGap } from './copy-record.ts'
import { keptBytes, type Entry } from './entry.ts'
import { maskKnown, secretsBetween } from './known-secrets.ts'
import { createReader, type MessageReader } from './read-message.ts'
import { summaryOf, whyUnreadable } from './summary.ts'
import { createTimedLines, type TimedLine, type Times } from './timed-lines.ts'

export interface TrackDeps {
  readonly nextSeq: () => number
  readonly decode: (body: Uint8Array) => Message
}

/** One session as the capture process follows it: bytes in, messages out, and what is known of it so far. */
export interface SessionTrack {
  readonly current: () => StratumSession
  bytes(copied: CopyBytes): Entry[]
  /** A part was not captured. */
  gap(missed: CopyGap): Entry[]
  end(endedAt: number, reason: string): Entry[]
}

/** @param start.afterGap an earlier capture process saw the beginning of this session */
export function trackSession(
  start: { readonly session: StratumSession; readonly afterGap: boolean },
  deps: TrackDeps,
): SessionTrack {
  const reader = createReader(start.session)
  const readLine = createLineReader(reader, deps)
  const ways = { 'to-pool': createTimedLines(start.afterGap), 'to-miner': createTimedLines(start.afterGap) }

  return {
    current: reader.session,
    bytes(copied) {
      reader.addBytes(copied.direction, copied.bytes.length)
      return ways[copied.direction].push(copied).map(readLine)
    },
    gap(missed) {
      const { direction, receivedAt, receivedUs } = missed
      const entries = ways[direction].cut('gap').map(readLine)
      const times = { direction, receivedAt, receivedUs, forwardedUs: null }
      const said = `not captured: ${missed.chunks} reads, ${missed.bytes} bytes`
      const place = placeOf(start.session, { seq: deps.nextSeq(), times, sizeBytes: missed.bytes })
      return [...entries, undecoded(place, said)]
    },
    end(endedAt, reason) {
      const entries = [...ways['to-pool'].cut('end'), ...ways['to-miner'].cut('end')].map(readLine)
      reader.end(endedAt, cleanText(reason, 256))
      return entries
    },
  }
}

const nothing = new Uint8Array(0)
const mostSecrets = 8

function createLineReader(reader: MessageReader, deps: TrackDeps): (timed: TimedLine) => Entry {
  let secrets: Uint8Array[] = []

  const remember = (message: Message, found: readonly Uint8Array[]) => {
    if (found.length === 0 || message.kind !== 'request' || message.call.kind !== 'authorize') return
    const { worker } = message.call
    // Some use one word for both, and the worker is no secret.
    const secret = found.filter(bytes => !worker.includes(Buffer.from(bytes).toString()))
    secrets = [...secrets, ...secret].slice(-mostSecrets)
  }

  return ({ line, times, mayBePiece }) => {
    const sizeBytes = line.kind === 'line' ? line.raw.length : line.byteCount
    const place = placeOf(reader.session(), { seq: deps.nextSeq(), times, sizeBytes })
    if (line.kind === 'too-long') return undecoded(place, 'longer than 1 MiB: not decoded')
    const { raw, body } = line
    const masked = times.direction === 'to-pool' ? maskSecrets(raw) : raw
    const shown = maskKnown(masked, secrets)
    const message = deps.decode(shown.subarray(0, body.length))
    // A piece of a line may be a piece of a password: its bytes are not kept.
    if (message.kind === 'unreadable' && mayBePiece) return undecoded(place, 'a part of a line; the rest is missing')
    remember(message, secretsBetween(raw, masked))
    const read = reader.read(message, place)
    const kind = message.kind === 'unreadable' || message.kind === 'blank' ? 'undecoded' : message.kind
    return {
      message: {
        ...place,
        kind,
        method: read.method === null ? null : cleanText(read.method, 128),
        summary: summaryOf(message, read.facts, read.check) + (line.terminated ? '' : ' (no line end)'),
        parseError: message.kind === 'unreadable' ? whyUnreadable(message) : null,
        latencyUs: read.latencyUs,
      },
      // A copy: the line is a piece of all that came with it.
      raw: new Uint8Array(shown.subarray(0, keptBytes)),
      check: read.check,
    }
  }
}

type Place = ReturnType<typeof placeOf>

function placeOf(session: StratumSession, at: { seq: number; times: Times; sizeBytes: number }) {
  return { seq: at.seq, session: session.id, ...at.times, sizeBytes: at.sizeBytes }
}

function undecoded(place: Place, why: string): Entry {
  const said = { kind: 'undecoded', method: null, summary: why, parseError: why, latencyUs: null } as const
  return { message: { ...place, ...said }, raw: nothing, check: null }
}
