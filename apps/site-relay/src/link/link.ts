import type { MinerId, MinerInfo, Moment, Reading, UpMessage } from '@headframe/protocol'
import type { Journal } from '../store/journal.ts'
import { createBeats, type Beats, type BeatsDeps } from './beats.ts'
import { createConnection, type Connection, type ConnectionDeps, type LinkSocket } from './connection.ts'
import type { Session } from './session.ts'

/** The link with one control: what outlives its connections, and the connection of the moment. */
export interface Link {
  /** Starts a connection: the far end speaks first. */
  readonly connect: (socket: LinkSocket) => Session
  readonly disconnect: () => void
  /** Sends what is due. Called every `tickMs`, and after events were appended. */
  readonly tick: () => void
  /** The inventory changed: the next beat goes out now. */
  readonly beatSoon: () => void
  readonly onReading: (info: MinerInfo, reading: Reading) => void
  /** False when there is no connection to say it on. */
  readonly say: (message: UpMessage) => boolean
  /** Miners that somebody watches through this control. */
  readonly watched: () => ReadonlySet<MinerId>
  readonly state: () => LinkState
  /** Since when it is up, or is not: wall time, epoch ms. */
  readonly sinceAt: () => number
  /** Up to where control has history, as it last said; `null` when it has not since the start, or has none. */
  readonly reached: () => Moment | null
}

type LinkState = 'down' | 'greeting' | 'up'

export interface LinkDeps extends Omit<ConnectionDeps, 'beats'> {
  readonly journal: Pick<Journal, 'read' | 'epoch'>
  readonly frames: Pick<BeatsDeps, 'cohorts' | 'deflate'>
}

/** Live frames go at most this often: a change is seen within a second of being read. */
export const tickMs = 500

export function createLink(deps: LinkDeps): Link {
  const beats = beatsOfEpoch(deps)
  let connection: Connection | null = null
  let reached: Moment | null = null
  let isUp = false
  let sinceAt = deps.now()
  const look = () => {
    if (isUp !== (isUp = connection?.isUp() ?? false)) sinceAt = deps.now()
    if (isUp) reached = connection?.reached() ?? null
  }
  const disconnect = () => {
    look()
    connection?.end()
    connection = null
    look()
    deps.watchChanged()
  }
  return {
    connect: socket => {
      disconnect()
      connection = createConnection(socket, { ...deps, beats })
      return connection.session
    },
    disconnect,
    tick: () => {
      connection?.tick()
      look()
    },
    beatSoon: () => connection?.beatSoon(),
    onReading: (info, reading) => connection?.onReading(info, reading),
    say: message => connection?.isUp() === true && connection.session.send('control', message),
    watched: () => connection?.watched() ?? new Set(),
    sinceAt: () => sinceAt,
    reached: () => reached,
    state: () => (connection === null ? 'down' : connection.isUp() ? 'up' : 'greeting'),
  }
}

/** Frames of an epoch have leaders of their own. */
function beatsOfEpoch({ enrolled, journal, frames, now }: LinkDeps): () => Beats {
  const create = () => createBeats({ ...frames, relay: enrolled.relay, epoch: journal.epoch(), now })
  let epoch = journal.epoch()
  let beats = create()
  return () => {
    if (epoch !== journal.epoch()) {
      epoch = journal.epoch()
      beats = create()
    }
    return beats
  }
}
