import {
  dashboardStallMs,
  fromDashboard,
  type CapturedMessage,
  type CloseName,
  type CommandEntry,
  type CommandId,
  type FromDashboard,
  type PersonId,
  type ToDashboard,
} from '@headframe/protocol'
import { commandTexts } from './command-texts.ts'
import { Copies, type CopySource } from './copies.ts'
import {
  acknowledge,
  change,
  hasRoom,
  hasRoomForCommands,
  hasRoomForCopy,
  isStalled,
  owes,
  send,
  wakeDashboard,
  type Dashboard,
} from './dashboard.ts'
import type { PackedFrames } from './frames.ts'
import { closeSeat, readSeat, type DashboardGrant, type DashboardSeat } from './seat.ts'

export interface DashboardDeps {
  readonly now: () => number
  readonly sockets: () => readonly WebSocket[]
  /** Of commands: see journal.ts. */
  readonly unsureUpTo: number
  readonly source: CopySource & { commands(ids: readonly CommandId[]): CommandEntry[] }
}

/** Open dashboards: each costs up to its window of memory, and a part of each turn. */
const maxOfSite = 2000
const maxOfPerson = 128

/** The dashboards of a site, each fed at its own pace [S7]. */
export class DashboardSet {
  readonly #deps
  readonly #copies: Copies
  readonly #awake = new Map<WebSocket, Dashboard>()

  constructor(deps: DashboardDeps) {
    this.#deps = deps
    this.#copies = new Copies(deps.source, deps.now)
    for (const ws of deps.sockets()) this.find(ws)
  }

  get size(): number {
    return this.#awake.size
  }

  all(): readonly Dashboard[] {
    return [...this.#awake.values()]
  }

  find(ws: WebSocket): Dashboard | null {
    const known = this.#awake.get(ws)
    if (known !== undefined) return known
    const seat = readSeat(ws)
    if (seat?.kind !== 'dashboard') return null
    const woken = wakeDashboard(ws, seat)
    this.#awake.set(ws, woken)
    this.#copies.woken(woken)
    return woken
  }

  open(ws: WebSocket, grant: DashboardGrant & { viewer: string }): void {
    if (this.#isCrowded(grant.person)) return closeSeat(ws, 'crowded')
    const progressAt = this.#deps.now()
    const { unsureUpTo } = this.#deps
    const counters = { sent: 0, acked: 0, bytes: 0, progressAt, tailSkipped: 0 }
    const behind = { dirty: true, copy: null, commandsBehind: false }
    const wishes = { watch: null, tail: null, tailWaits: false, view: null }
    const dashboard = wakeDashboard(ws, { kind: 'dashboard', ...grant, unsureUpTo, ...counters, ...behind, ...wishes })
    this.#awake.set(ws, dashboard)
    this.#copies.want(dashboard)
  }

  forget(ws: WebSocket): void {
    const dashboard = this.#awake.get(ws)
    this.#awake.delete(ws)
    if (dashboard !== undefined) this.#copies.forget(dashboard)
    // One that left while we slept is not known any more, but somebody may have waited for its turn.
    this.#copies.admit()
  }

  close({ ws }: Dashboard, name: CloseName): void {
    this.forget(ws)
    closeSeat(ws, name)
  }

  /** What it asks, if that is not only an acknowledgement; `null` closes nothing, a bad message does. */
  read(dashboard: Dashboard, data: string | ArrayBuffer): Exclude<FromDashboard, { type: 'ack' }> | null {
    const message = fromDashboard.safeParse(parseJson(data))
    if (!message.success) {
      this.close(dashboard, 'badMessage')
      return null
    }
    if (message.data.type !== 'ack') return message.data
    if (acknowledge(dashboard, message.data.received, this.#deps.now())) this.#catchUp(dashboard)
    else this.close(dashboard, 'badMessage')
    return null
  }

  change(dashboard: Dashboard, changes: Partial<DashboardSeat>): void {
    change(dashboard, changes)
  }

  /** What stands by itself, to one: it gets it also while it waits for its copy. One too far behind gets a fresh copy, and asks again. */
  tell(dashboard: Dashboard, message: ToDashboard): void {
    const text = JSON.stringify(message)
    if (dashboard.seat.dirty && hasRoom(dashboard, text.length)) this.#send(dashboard, text)
    else this.#offer(dashboard, text)
  }

  tellAll(message: ToDashboard): void {
    const text = JSON.stringify(message)
    for (const dashboard of this.#awake.values()) this.#offer(dashboard, text)
  }

  /** The bytes that a relay sent. */
  forward(packed: PackedFrames): void {
    const part = packed.kind === 'beat' ? this.#copies.partOf(packed) : null
    for (const dashboard of this.#awake.values()) {
      if (part !== null && this.#copies.lacksTables(dashboard)) this.#offerBeat(dashboard, part(dashboard))
      else this.#offer(dashboard, packed.message)
    }
    this.#copies.admit()
  }

  commandsChanged(ids: readonly CommandId[]): void {
    for (const dashboard of this.#awake.values()) {
      if (dashboard.seat.dirty || dashboard.seat.copy !== null) continue
      if (dashboard.pending !== 'all') for (const id of ids) dashboard.pending.add(id)
      this.#flushCommands(dashboard)
    }
  }

  /** Captured messages are dropped and counted for each dashboard that does not keep up [P2]. */
  tail(dashboards: readonly Dashboard[], messages: readonly CapturedMessage[], skipped: number): void {
    // Written as text once: a thousand dashboards may follow the same tail.
    const text = JSON.stringify(messages)
    for (const dashboard of dashboards) {
      const all = dashboard.seat.tailSkipped + skipped
      const room = hasRoomForCopy(dashboard) && dashboard.seat.copy === null && !dashboard.seat.dirty
      if (room) this.#send(dashboard, `{"type":"tail","messages":${text},"skipped":${all}}`, { tailSkipped: 0 })
      else change(dashboard, { tailSkipped: all + messages.length })
    }
  }

  /** Everyone starts over: something went that was told before. */
  refreshAll(): void {
    for (const dashboard of this.#awake.values()) this.refresh(dashboard)
  }

  refresh(dashboard: Dashboard): void {
    this.#copies.want(dashboard)
  }

  /** When somebody who waits may go on though nothing happens until then; `null` for nobody. */
  nextTurnAt(): number | null {
    return this.#copies.nextTurnAt()
  }

  /** Closes who stopped reading; when the next could be due, `null` when nobody owes anything and nobody waits. */
  closeStalled(): number | null {
    this.#copies.admit()
    let due = this.nextTurnAt() ?? Infinity
    for (const dashboard of this.#awake.values()) {
      if (isStalled(dashboard, this.#deps.now())) this.close(dashboard, 'tooSlow')
      else if (owes(dashboard)) due = Math.min(due, dashboard.seat.progressAt + dashboardStallMs)
    }
    return due === Infinity ? null : due
  }

  #isCrowded(person: PersonId): boolean {
    let theirs = 0
    for (const { seat } of this.#awake.values()) if (seat.person === person) theirs++
    return theirs >= maxOfPerson || this.#awake.size >= maxOfSite
  }

  #catchUp(dashboard: Dashboard): void {
    if (dashboard.seat.copy !== null) this.#copies.goOn(dashboard)
    else if (!dashboard.seat.dirty) this.#flushCommands(dashboard)
    this.#copies.admit()
  }

  #flushCommands(dashboard: Dashboard): void {
    const { pending } = dashboard
    if (pending === 'all' || pending.size > 0) {
      const wait = !hasRoomForCommands(dashboard)
      if (!wait) this.#sendCommands(dashboard, pending)
      if (dashboard.seat.commandsBehind !== wait) change(dashboard, { commandsBehind: wait })
    }
  }

  #sendCommands(dashboard: Dashboard, pending: Set<CommandId> | 'all'): void {
    const { source } = this.#deps
    dashboard.pending = new Set()
    const entries = pending === 'all' ? source.recentCommands() : source.commands([...pending])
    for (const text of commandTexts(entries, false)) this.#send(dashboard, text)
  }

  #offer(dashboard: Dashboard, data: string | Uint8Array<ArrayBuffer>): void {
    if (isStalled(dashboard, this.#deps.now())) return this.close(dashboard, 'tooSlow')
    if (dashboard.seat.dirty) return
    if (hasRoom(dashboard, data.length)) this.#send(dashboard, data)
    else this.#copies.want(dashboard)
  }

  /** To one whose copy has not come to all tables. What it misses of a beat it gets with the tables, from the first on. */
  #offerBeat(dashboard: Dashboard, messages: readonly Uint8Array<ArrayBuffer>[]): void {
    const bytes = messages.reduce((sum, { length }) => sum + length, 0)
    if (isStalled(dashboard, this.#deps.now())) this.close(dashboard, 'tooSlow')
    else if (bytes > 0 && !hasRoom(dashboard, bytes)) this.#copies.restartFrames(dashboard)
    else for (const message of messages) this.#send(dashboard, message)
  }

  #send(dashboard: Dashboard, data: string | Uint8Array<ArrayBuffer>, also: Partial<DashboardSeat> = {}): void {
    send(dashboard, data, { now: this.#deps.now(), also })
  }
}

function parseJson(data: string | ArrayBuffer): unknown {
  if (typeof data !== 'string' || data.length > maxAskBytes) return null
  try {
    return JSON.parse(data)
  } catch {
    return null
  }
}

/** A view has to fit the memory of its socket, which is 16 KB. */
const maxAskBytes = 10 * 1024
