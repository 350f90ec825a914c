import {
  askCommands,
  closes,
  createFollower,
  createLeader,
  decodeFrame,
  fromDashboard,
  packMessages,
  paths,
  type CohortFollower,
  type CohortLeader,
  type CommandEntry,
  type Deflate,
  type FromDashboard,
  type MessageFilter,
  type MinerId,
  type FrameKind,
  type RelayStatus,
  type SiteHistory,
  type ToDashboard,
} from '@headframe/protocol'
import { nothingYet } from './generated-fleet.ts'
import { answerOf } from './answer-of.ts'
import { ApiDouble, failed, ok, site, type Reply } from './api-double.ts'
import { keptHistory } from './kept-history.ts'
import { commandSteps, commandTakesMs, entriesOf, obey } from './obey.ts'
import { generatedRelay, readMiner, type GeneratedMiner, type Mine } from './mine.ts'
import { readingOf } from './reading-of.ts'
import { packMine } from './pack-mine.ts'
import { matches, Traffic } from './traffic.ts'

export interface ViewerSocket {
  readonly send: (data: string | Uint8Array<ArrayBuffer>) => void
  readonly close: (code: number, reason: string) => void
}

export interface DoubleDeps {
  readonly now: () => number
  readonly random: () => number
  readonly deflate: Deflate
  readonly after: (delayMs: number, act: () => void) => void
}

interface Viewer {
  readonly socket: ViewerSocket
  watched: MinerId | null
  tail: MessageFilter | null
  received: number
}

const epoch = 1
/** Polls of all miners are spread over this many ticks of a second. */
const ticksInPoll = 30

/** Control with one relay and a generated mine behind it: speaks what the real one speaks, through the real codec. */
export class ControlDouble {
  readonly api = new ApiDouble()
  readonly mine: Mine
  readonly traffic: Traffic
  readonly commands: CommandEntry[] = []
  relay: RelayStatus
  /** False for a site that never had one. */
  relayEnrolled = true
  captureRuns = true
  answersHistory = true
  /** How often history was asked for. */
  historyAsked = 0
  /** Other than what is made up for the mine. */
  history: SiteHistory | null = null
  /** What a dashboard said last that it shows. */
  viewed: Extract<FromDashboard, { type: 'view' }>['relays'] = null
  readonly #deps: DoubleDeps
  readonly #viewers = new Set<Viewer>()
  readonly #leaders: CohortLeader[]
  readonly #followers: CohortFollower[]
  #ticks = 0
  /** What is sent to each dashboard that comes. */
  #packed: Uint8Array<ArrayBuffer>[] | null = null

  constructor(mine: Mine, deps: DoubleDeps) {
    this.mine = mine
    this.#deps = deps
    this.traffic = new Traffic(mine, deps.now(), deps.random)
    this.relay = {
      id: generatedRelay,
      name: 'north-box',
      silentSince: null,
      lastHeardAt: deps.now(),
      allowed: ['reboot', 'locate'],
      demo: true,
      pollEveryMs: 30_000,
      software: '0.1.0',
      ...nothingYet,
    }
    this.#leaders = mine.cohorts.map((_, cohort) => createLeader({ relay: generatedRelay, epoch, cohort }))
    this.#followers = mine.cohorts.map(() => createFollower())
    this.beat()
  }

  /** What the last acknowledgement of any viewer said. */
  get acknowledged(): number {
    return Math.max(0, ...[...this.#viewers].map(viewer => viewer.received))
  }

  request(method: string, path: string, body: unknown): Reply {
    const reply = this.api.request(method, path, body)
    if (reply) return reply
    if (path.startsWith(`/api/sites/${site}/commands`)) return method === 'GET' ? this.#history(path) : this.#ask(body)
    if (path.startsWith(`${paths.history(site)}?`)) return this.#kept(new URLSearchParams(path.split('?')[1]))
    return failed(404, 'not-found', 'There is no such thing.')
  }

  /** A dashboard came; answers with what takes its messages. */
  open(socket: ViewerSocket): { readonly take: (text: string) => void; readonly closed: () => void } {
    const viewer: Viewer = { socket, watched: null, tail: null, received: 0 }
    this.#viewers.add(viewer)
    this.#sendCopy(viewer)
    return {
      take: text => this.#take(viewer, fromDashboard.parse(JSON.parse(text))),
      closed: () => void this.#viewers.delete(viewer),
    }
  }

  /** One second passes: some miners are read, what changed goes out. */
  tick(): void {
    this.#ticks++
    const { length } = this.mine.miners
    const each = Math.ceil(length / ticksInPoll)
    const from = (this.#ticks % ticksInPoll) * each
    for (let index = from; index < Math.min(length, from + each); index++) readMiner(this.mine, index, this.#deps)
    for (const viewer of this.#viewers) this.#readWatched(viewer)
    if (this.#ticks % 60 === 0) this.beat()
    else this.live()
    this.say({ lastHeardAt: this.#deps.now() })
    for (let share = 0; share < 3; share++) this.emitTraffic(0)
  }

  live(): void {
    const now = this.#deps.now()
    this.#sendFrames(
      'live',
      this.#leaders.map((leader, cohort) => this.#follow('live', cohort, leader.live(this.#table(cohort), now))),
    )
  }

  beat(): void {
    const now = this.#deps.now()
    const frames = this.#leaders.map((leader, cohort) => {
      const frame = this.#follow('beat', cohort, leader.beat(this.#table(cohort), now))
      const cursor = this.#followers[cohort]?.cursor
      if (cursor) leader.acked(cursor)
      return frame
    })
    this.#sendFrames('beat', frames)
  }

  emitTraffic(skipped: number): void {
    const made = this.traffic.emit(this.#deps.now())
    for (const viewer of this.#viewers) {
      const { tail } = viewer
      const messages = tail ? made.filter(message => matches(message, tail)) : []
      if (messages.length > 0) send(viewer, { type: 'tail', messages, skipped })
    }
  }

  /** The relay says something of itself, or control of it. */
  say(change: Partial<RelayStatus>): void {
    this.relay = { ...this.relay, ...change }
    this.#broadcast({ type: 'relay', relay: this.relay })
  }

  silence(silentSince: number | null): void {
    this.say({ silentSince })
  }

  /** Cuts every dashboard off. */
  cut(close: { readonly code: number; readonly reason: string } = closes.lostState): void {
    for (const viewer of this.#viewers) viewer.socket.close(close.code, close.reason)
    this.#viewers.clear()
  }

  #table(cohort: number) {
    const table = this.mine.cohorts[cohort]
    if (!table) throw new Error(`no cohort ${cohort}`)
    return table
  }

  #follow(kind: FrameKind, cohort: number, bytes: Uint8Array | null): Uint8Array | null {
    const decoded = bytes && decodeFrame(bytes)
    if (decoded?.ok) this.#followers[cohort]?.[kind](decoded.frame)
    return bytes
  }

  #sendFrames(kind: FrameKind, frames: readonly (Uint8Array | null)[]): void {
    const made = frames.filter(frame => frame !== null)
    const messages = packMessages(kind, made, this.#deps.deflate)
    for (const viewer of this.#viewers) for (const message of messages) viewer.socket.send(message)
  }

  #sendCopy(viewer: Viewer): void {
    const now = this.#deps.now()
    const relays = this.relayEnrolled ? [this.relay] : []
    send(viewer, { type: 'site', site, name: 'North', role: this.api.role, now, relays })
    const snapshots = this.#followers.map(follower => follower.snapshot()).filter(snapshot => snapshot !== null)
    const copies = { beat: snapshots.map(({ beat }) => beat), live: snapshots.flatMap(({ live }) => live ?? []) }
    for (const kind of ['beat', 'live'] as const)
      for (const message of packMessages(kind, copies[kind], this.#deps.deflate)) viewer.socket.send(message)
    for (const message of this.#packedInventory()) viewer.socket.send(message)
    if (this.relayEnrolled) send(viewer, { type: 'miners', relay: generatedRelay, miners: [], complete: true })
    send(viewer, { type: 'commands', commands: this.commands })
  }

  #packedInventory(): readonly Uint8Array<ArrayBuffer>[] {
    const packed = this.#packed ?? packMine(this.mine, this.#deps.deflate)
    this.#packed = packed
    return packed
  }

  #take(viewer: Viewer, message: FromDashboard): void {
    switch (message.type) {
      case 'ack':
        viewer.received = message.received
        return
      case 'ask':
        return send(viewer, { type: 'answer', id: message.id, answer: answerOf(this, message.ask) })
      case 'view':
        this.viewed = message.relays
        return
      case 'watch':
        viewer.watched = message.miner
        return
      case 'tail':
        viewer.tail = message.filter
    }
  }

  #miner(id: MinerId): GeneratedMiner | undefined {
    return this.mine.miners.find(miner => miner.info.id === id)
  }

  #readWatched(viewer: Viewer): void {
    const miner = viewer.watched && this.#miner(viewer.watched)
    if (!miner || miner.fate === 'unauthorized') return
    readMiner(this.mine, this.mine.miners.indexOf(miner), this.#deps)
    send(viewer, { type: 'detail', miner: miner.info.id, reading: readingOf(this.mine, miner) })
  }

  #history(path: string): Reply {
    const miner = new URLSearchParams(path.split('?')[1]).get('miner')
    return ok({ commands: this.commands.filter(entry => entry.miner === miner) })
  }

  #kept(asked: URLSearchParams): Reply {
    this.historyAsked++
    if (!this.answersHistory) return failed(503, 'unavailable', 'The site does not answer.')
    const [from, to] = [Number(asked.get('from')), Number(asked.get('to'))]
    return ok(this.history ?? keptHistory(this.mine, { from, to, now: this.#deps.now() }))
  }

  #ask(body: unknown): Reply {
    const asked = askCommands.parse(body)
    const entries = entriesOf(asked, this.#deps.now())
    for (const entry of entries) this.#run(entry)
    return ok({ commands: entries })
  }

  #run(entry: CommandEntry): void {
    this.#setCommand(entry)
    for (const { afterMs, state } of commandSteps)
      this.#deps.after(afterMs, () => this.#setCommand({ ...entry, state }))
    this.#deps.after(commandTakesMs, () => this.#finish(entry))
  }

  #finish(entry: CommandEntry): void {
    const miner = this.#miner(entry.miner)
    if (!miner) return
    this.#setCommand(obey(miner, entry, this.#deps.now()))
    this.#packed = null
    this.#broadcast({ type: 'miners', relay: generatedRelay, miners: [miner.info], complete: false })
  }

  #setCommand(entry: CommandEntry): void {
    const place = this.commands.findIndex(one => one.id === entry.id)
    if (place >= 0) this.commands[place] = entry
    else this.commands.push(entry)
    this.#broadcast({ type: 'commands', commands: [entry] })
  }

  #broadcast(message: ToDashboard): void {
    for (const viewer of this.#viewers) send(viewer, message)
  }
}

function send(viewer: Viewer, message: ToDashboard): void {
  viewer.socket.send(JSON.stringify(message))
}
