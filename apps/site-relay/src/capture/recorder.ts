import type { CaptureHealth, StratumSession } from '@headframe/protocol'
import type { Message } from '@headframe/stratum'
import type { Clock } from './clock.ts'
import type { CopyBytes, CopyEnd, CopyGap, CopyRecord, CopySession } from './copy-record.ts'
import type { Entry } from './entry.ts'
import { freshSession } from './fresh-session.ts'
import { createPending, type Pending } from './pending.ts'
import { createRunning, type Running, type Track } from './running.ts'
import type { CaptureStore } from './store.ts'
import { trackSession } from './track-session.ts'

export interface RecorderDeps {
  readonly store: CaptureStore
  readonly clock: Clock
  readonly decode: (body: Uint8Array) => Message
  /** Told of each message at once, before it is on disk. */
  readonly onEntry: (entry: Entry) => void
}

/** The copies of one run of the proxy, over one connection. */
export interface ProxyFeed {
  take(record: CopyRecord): void
  /** Everything up to this number is on disk. */
  storedNumber(): number
  /** The connection is gone. Its sessions go on, if the proxy comes back. */
  close(): void
}

/** Turns copies into sessions and messages, and keeps them. */
export interface Recorder {
  connect(proxy: string): ProxyFeed
  /** Writes what is not on disk yet. */
  flush(): void
  /** Messages that wait for `flush`. */
  waiting(): number
  /** Ends the sessions of proxies that have been gone for this long. */
  expire(goneForMs: number): void
  sessions(limit: number): StratumSession[]
  session(id: string): StratumSession | null
  health(): CaptureHealth
}

export function createRecorder(deps: RecorderDeps): Recorder {
  const { store } = deps
  const running = createRunning(deps.clock.monotonicUs)
  const pending = createPending(deps)
  const tracks = createTracks(deps, { running, pending })

  return {
    connect(proxy) {
      const disconnect = running.connect(proxy)
      const handles = new Map<number, Track>()
      return {
        take(record) {
          if (record.kind === 'session') handles.set(record.handle, tracks.announced(proxy, record.session))
          else if (record.kind === 'announced') tracks.endAllBut(new Set(handles.values()), proxy)
          else if ('handle' in record && pending.isNew(proxy, record)) {
            const track = handles.get(record.handle)
            if (track !== undefined) tracks.heard(track, record)
            if (record.kind === 'end') handles.delete(record.handle)
          }
        },
        storedNumber: () => pending.storedNumber(proxy),
        close: disconnect,
      }
    },
    flush: () => pending.flush(),
    waiting: () => pending.count(),
    expire: goneForMs => tracks.expire(goneForMs),
    sessions(limit) {
      pending.flush()
      return store.sessions.list(limit)
    },
    session(id) {
      pending.flush()
      return store.sessions.get(id)
    },
    health() {
      const { messages, dropped, sizeBytes } = store.size()
      return { running: true, messages, dropped, behindMs: tracks.behindMs(), sizeBytes }
    },
  }
}

function createTracks({ store, clock, decode }: RecorderDeps, parts: { running: Running; pending: Pending }) {
  const { running, pending } = parts
  let seq = store.lastSeq()
  const trackDeps = { nextSeq: () => ++seq, decode }
  let latest = { atUs: Number.NEGATIVE_INFINITY, lateUs: 0 }
  /** Sessions that ran when this process started, until their proxy says that they still do. */
  const unclaimed = new Set<Track>()

  const start = (proxy: string, session: StratumSession, restored: boolean): Track => {
    const follower = trackSession({ session, afterGap: restored }, trackDeps)
    const track = { proxy, id: session.id, session: follower }
    running.add(track)
    return track
  }
  const end = (track: Track, reason: string, endedAt: number) => {
    running.forget(track)
    unclaimed.delete(track)
    pending.add(track, track.session.end(endedAt, reason))
  }
  const endUnheard = (track: Track, reason: string) =>
    end(track, unclaimed.has(track) ? 'capture restarted' : reason, clock.wallMs())
  for (const { proxy, session } of store.sessions.running()) unclaimed.add(start(proxy, session, true))

  return {
    announced(proxy: string, session: CopySession): Track {
      const known = running.find(session.id)
      if (known !== null) {
        unclaimed.delete(known)
        return known
      }
      const before = store.sessions.get(session.id)
      const now = before === null ? freshSession(session) : { ...before, endedAt: null, endReason: null }
      const track = start(proxy, now, before !== null)
      pending.add(track, [])
      return track
    },
    heard(track: Track, record: CopyBytes | CopyGap | CopyEnd): void {
      if (record.kind === 'end') return end(track, record.reason, record.endedAt)
      const nowUs = clock.monotonicUs()
      latest = { atUs: nowUs, lateUs: nowUs - record.receivedUs }
      pending.add(track, record.kind === 'bytes' ? track.session.bytes(record) : track.session.gap(record))
    },
    endAllBut(announced: ReadonlySet<Track>, proxy: string): void {
      for (const track of running.ofProxy(proxy)) {
        if (!announced.has(track)) endUnheard(track, 'ended unseen')
      }
    },
    expire(goneForMs: number): void {
      for (const track of running.abandoned(goneForMs * 1000)) endUnheard(track, 'proxy gone')
    },
    /** How old the latest copy was when it came; 0 when none came for a second. */
    behindMs(): number {
      const isRecent = clock.monotonicUs() - latest.atUs < 1_000_000
      return isRecent ? Math.max(0, Math.round(latest.lateUs / 1000)) : 0
    },
  }
}
