import {
  versions,
  type Answer,
  type Ask,
  type BeatCursor,
  type CommandOrder,
  type Cursor,
  type DownMessage,
  type LiveView,
  type MinerId,
  type MinerInfo,
  type Moment,
  type Reading,
  type RelayHealth,
  type UpMessage,
} from '@headframe/protocol'
import type { Reply } from '../command/guard.ts'
import type { EnrolledControl } from '../store/controls.ts'
import type { Journal } from '../store/journal.ts'
import { createBackfill, type Backfill, type HistorySource } from './backfill.ts'
import type { Beats } from './beats.ts'
import { createEventPump, type EventPump } from './event-pump.ts'
import { createFrameQueue, type FrameQueue } from './frame-queue.ts'
import { createSession, type Session, type SessionDeps } from './session.ts'
import { createStatusReport, type StatusReport } from './status-report.ts'
import { createTails, type OpenTail, type Tails } from './tails.ts'

/** One connection with a control, from its challenge to its end. */
export interface Connection {
  readonly session: Session
  readonly tick: () => void
  readonly beatSoon: () => void
  readonly onReading: (info: MinerInfo, reading: Reading) => void
  readonly watched: () => ReadonlySet<MinerId>
  /** True from the welcome on. */
  readonly isUp: () => boolean
  /** Up to where control has history; `null` before the welcome too. */
  readonly reached: () => Moment | null
  readonly end: () => void
}

export type LinkSocket = Pick<SessionDeps, 'write' | 'ready' | 'close'>

export interface ConnectionDeps {
  readonly enrolled: EnrolledControl
  readonly keys: Pick<SessionDeps, 'sign' | 'instance'>
  readonly journal: Pick<Journal, 'read' | 'epoch'>
  /** Absent for a box that stands by. */
  readonly backfill?: { readonly history: HistorySource; readonly bytesPerSecond: number }
  readonly beats: () => Beats
  readonly hello: SessionDeps['hello']
  /** Control has all up to here [S1]. */
  readonly durable: (cursor: Cursor) => void
  /** True when this control cannot go on from there, because it knows a later epoch or misses what is no longer held: then a new epoch has begun. */
  readonly renewed: (cursor: Cursor, beats: readonly BeatCursor[], epoch: number) => boolean
  readonly command: (order: CommandOrder, reply: Reply) => void
  /** About the lease, and parts of the inventory that were asked for. */
  readonly told: (message: Message<'lease' | 'page'>) => void
  readonly answer: (ask: Ask) => Promise<Answer>
  readonly openTail: OpenTail
  readonly lastReading: (id: MinerId) => Reading | null
  readonly watchChanged: () => void
  /** How the relay is; absent for a box that stands by. */
  readonly health?: () => RelayHealth
  /** Epoch ms. */
  readonly now: () => number
  /** Monotonic ms. */
  readonly monotonic: () => number
}

interface Open {
  readonly session: Session
  readonly socket: LinkSocket
  readonly frames: FrameQueue
  readonly tails: Tails
  /** null before the welcome. */
  events: EventPump | null
  backfill: Backfill | null
  live: boolean
  watched: ReadonlySet<MinerId>
  view: LiveView | null
  beatAt: number
  beatDueAt: number
  readonly status: StatusReport | null
  ended: boolean
}

const beatEveryMs = 60_000
/** While a site is found its inventory changes all the time: beats are durable, and cost control rows. */
const leastBeatMs = 2000

export function createConnection(socket: LinkSocket, deps: ConnectionDeps): Connection {
  const session = createSession({
    ...socket,
    ...deps.keys,
    control: deps.enrolled.control,
    relay: deps.enrolled.relay,
    hello: deps.hello,
    onMessage: message => {
      if (!open.ended) receive(open, message, deps)
    },
  })
  const open: Open = {
    session,
    socket,
    frames: createFrameQueue(session),
    tails: createTails({ open: deps.openTail, session }),
    events: null,
    backfill: null,
    live: false,
    watched: new Set(),
    view: null,
    beatAt: -Infinity,
    beatDueAt: 0,
    status: deps.health ? createStatusReport({ ...deps, health: deps.health, everyMs: beatEveryMs }) : null,
    ended: false,
  }
  return {
    session,
    tick: () => tick(open, deps),
    beatSoon: () => {
      open.beatDueAt = Math.min(open.beatDueAt, open.beatAt + leastBeatMs)
    },
    onReading: (info, reading) => {
      // Latest wins: one that does not fit now is followed by a newer one [S3].
      if (open.events && open.watched.has(info.id)) session.send('live', { type: 'detail', miner: info.id, reading })
    },
    watched: () => open.watched,
    isUp: () => open.events !== null,
    reached: () => open.backfill?.reached() ?? null,
    end: () => {
      open.ended = true
      open.tails.set([])
    },
  }
}

type FromControl = Exclude<DownMessage, { type: 'challenge' | 'credit' }>
type Message<T extends DownMessage['type']> = Extract<DownMessage, { type: T }>

function receive(open: Open, message: FromControl, deps: ConnectionDeps): void {
  switch (message.type) {
    case 'welcome':
      return welcome(open, message, deps)
    case 'durable':
      return durable(open, message, deps)
    case 'keyframe':
      deps.beats().restart(message.cohorts)
      open.beatDueAt = 0
      return tick(open, deps)
    case 'command':
      return deps.command(message.order, replyTo(open, message.order))
    case 'lease':
    case 'page':
      return deps.told(message)
    case 'ask':
      void answer(open, message, deps)
      return
    case 'watch':
      return watch(open, message, deps)
  }
}

function welcome(open: Open, message: Message<'welcome'>, deps: ConnectionDeps): void {
  const { session, socket } = open
  if (message.version < versions.from || message.version > versions.to) {
    return socket.close('versionMismatch', `version ${message.version} is not ours`)
  }
  if (deps.renewed(message.events, message.beats, message.epoch ?? 0))
    return socket.close('lostState', 'a new epoch begins')
  deps.durable(message.events)
  deps.beats().resume(message.beats)
  open.events = createEventPump({
    journal: deps.journal,
    from: message.events,
    queuedBytes: () => session.queued('events'),
    send: session.sendEvents,
  })
  open.backfill = backfillFor(open, message.history, deps)
  tick(open, deps)
}

/** As much history is queued as keeps the line busy. */
const aheadBytes = 64 * 1024

function backfillFor({ session, frames }: Open, from: Moment | null, deps: ConnectionDeps): Backfill | null {
  if (!deps.backfill) return null
  return createBackfill({
    ...deps.backfill,
    relay: deps.enrolled.relay,
    epoch: deps.journal.epoch(),
    from,
    monotonic: deps.monotonic,
    isIdle: () =>
      frames.isEmpty() &&
      session.queued('live') === 0 &&
      session.queued('events') === 0 &&
      session.queued('backfill') < aheadBytes,
    send: session.sendHistory,
  })
}

function durable(open: Open, { beats, events, history }: Message<'durable'>, deps: ConnectionDeps): void {
  const beatAt = beats ? deps.beats().acked(beats) : null
  if (beatAt !== null) open.backfill?.beatStored(beatAt)
  if (history) open.backfill?.stored(history)
  if (events) deps.durable(events)
}

async function answer(open: Open, { viewer, id, ask }: Message<'ask'>, deps: ConnectionDeps): Promise<void> {
  const given = await deps.answer(ask)
  if (!open.ended) open.session.send('backfill', { type: 'answer', viewer, id, answer: given })
}

/** On a connection that ended there is nobody to tell: control asks again on the next. */
function replyTo(open: Open, { id }: CommandOrder): Reply {
  const send = (message: UpMessage) => {
    if (!open.ended) open.session.send('control', message)
  }
  return {
    accepted: () => send({ type: 'accepted', id }),
    declined: result => send({ type: 'declined', result }),
  }
}

function watch(open: Open, message: Message<'watch'>, deps: ConnectionDeps): void {
  const before = open.watched
  open.live = message.live
  open.view = message.view
  open.watched = new Set(message.miners)
  open.tails.set(message.tails)
  for (const miner of open.watched) {
    const reading = before.has(miner) ? null : deps.lastReading(miner)
    if (reading) open.session.send('live', { type: 'detail', miner, reading })
  }
  deps.watchChanged()
  tick(open, deps)
}

function tick(open: Open, deps: ConnectionDeps): void {
  if (!open.events || open.ended) return
  open.events.pump()
  open.frames.pump()
  if (open.frames.isEmpty()) sendFrames(open, deps)
  open.backfill?.tick()
  const status = open.status?.due()
  if (status) open.session.send('control', { type: 'status', status })
}

function sendFrames(open: Open, deps: ConnectionDeps): void {
  if (deps.monotonic() >= open.beatDueAt) {
    deps.backfill?.history.followClock()
    open.beatAt = deps.monotonic()
    open.beatDueAt = open.beatAt + beatEveryMs
    open.frames.push(deps.beats().beat())
  }
  if (open.live && open.frames.isEmpty()) open.frames.push(deps.beats().live(open.view))
}
