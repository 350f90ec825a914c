import {
  dashboardStallMs,
  dashboardWindow,
  fromDashboard,
  type CapturedMessage,
  type CloseName,
  type CommandEntry,
  type CommandId,
  type FromDashboard,
  type ToDashboard,
} from '@headframe/protocol'
import type { InventoryPart, InventoryPlace } from './inventory.ts'
import { closeSeat, readSeat, type DashboardGrant, type DashboardSeat } from './seat.ts'

/** A dashboard's socket, awake. */
export interface Dashboard {
  readonly ws: WebSocket
  seat: DashboardSeat
  /** Commands that it was not told of since they changed; `all` when we slept over it. */
  pending: Set<CommandId> | 'all'
}

/** What a dashboard starts from. */
interface CopySource {
  site(seat: DashboardSeat): ToDashboard
  inventory(after: InventoryPlace | null, maxBytes: number): InventoryPart
  /** To name in a copy without miners. */
  firstRelay(): string | null
  recentCommands(): CommandEntry[]
  commands(ids: readonly CommandId[]): CommandEntry[]
  frames(): readonly Uint8Array<ArrayBuffer>[]
}

export interface DashboardDeps {
  readonly now: () => number
  readonly sockets: () => readonly WebSocket[]
  readonly source: CopySource
}

/** A copy leaves this much of the window to what happens meanwhile. */
const copyWindow = dashboardWindow / 2
/** Changes of commands gather while more than this is under way. */
const commandWindow = dashboardWindow / 4
const partBytes = 60 * 1024

/** The dashboards of a site, each fed at its own pace [S7]. */
export class DashboardSet {
  readonly #deps
  readonly #awake = new Map<WebSocket, Dashboard>()

  constructor(deps: DashboardDeps) {
    this.#deps = deps
    for (const ws of deps.sockets()) this.find(ws)
  }

  all(): readonly Dashboard[] {
    return [...this.#awake.values()]
  }

  find(ws: WebSocket): Dashboard | null {
    const known = this.#awake.get(ws)
    if (known !== undefined) return known
    const seat = readSeat(ws)
    if (seat?.kind !== 'dashboard') return null
    const woken: Dashboard = { ws, seat, pending: seat.commandsBehind ? 'all' : new Set() }
    this.#awake.set(ws, woken)
    return woken
  }

  open(ws: WebSocket, grant: DashboardGrant & { viewer: string }): void {
    const progressAt = this.#deps.now()
    const counters = { sent: 0, acked: 0, progressAt, tailSkipped: 0 }
    const seat = { kind: 'dashboard', ...grant, ...counters, dirty: false, copy: null, commandsBehind: false } as const
    const dashboard: Dashboard = {
      ws,
      seat: { ...seat, watch: null, tail: null, tailWaits: false },
      pending: new Set(),
    }
    this.#awake.set(ws, dashboard)
    this.#startCopy(dashboard)
  }

  forget(ws: WebSocket): void {
    this.#awake.delete(ws)
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
    this.#acked(dashboard, message.data.received)
    return null
  }

  change(dashboard: Dashboard, change: Partial<DashboardSeat>): void {
    dashboard.seat = { ...dashboard.seat, ...change }
    dashboard.ws.serializeAttachment(dashboard.seat)
  }

  /** To one; when it is too far behind it will get a fresh copy instead. */
  tell(dashboard: Dashboard, message: ToDashboard): void {
    this.#offer(dashboard, JSON.stringify(message))
  }

  tellAll(message: ToDashboard): void {
    const text = JSON.stringify(message)
    for (const dashboard of this.all()) this.#offer(dashboard, text)
  }

  /** The bytes that a relay sent, to all whose copy is complete. */
  forward(frames: Uint8Array<ArrayBuffer>): void {
    for (const dashboard of this.all()) if (dashboard.seat.copy === null) this.#offer(dashboard, frames)
  }

  commandsChanged(ids: readonly CommandId[]): void {
    for (const dashboard of this.all()) {
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
      const room = outstanding(dashboard) < copyWindow && dashboard.seat.copy === null && !dashboard.seat.dirty
      this.change(dashboard, { tailSkipped: room ? 0 : all + messages.length })
      if (room) this.#send(dashboard, `{"type":"tail","messages":${text},"skipped":${all}}`)
    }
  }

  /** Everyone starts over: something went that was told before. */
  refreshAll(): void {
    for (const dashboard of this.all()) this.refresh(dashboard)
  }

  refresh(dashboard: Dashboard): void {
    this.change(dashboard, { dirty: true })
    this.#catchUp(dashboard)
  }

  /** Closes who stopped reading; when the next could be due, `null` when nobody owes anything. */
  closeStalled(): number | null {
    const due: number[] = []
    for (const dashboard of this.all()) {
      if (this.#stalled(dashboard)) this.close(dashboard, 'tooSlow')
      else if (outstanding(dashboard) > 0) due.push(dashboard.seat.progressAt + dashboardStallMs)
    }
    return due.length > 0 ? Math.min(...due) : null
  }

  #acked(dashboard: Dashboard, received: number): void {
    const { sent, acked } = dashboard.seat
    if (received > sent || received < acked) return this.close(dashboard, 'badMessage')
    if (received > acked) this.change(dashboard, { acked: received, progressAt: this.#deps.now() })
    this.#catchUp(dashboard)
  }

  #catchUp(dashboard: Dashboard): void {
    if (outstanding(dashboard) >= copyWindow) return
    if (dashboard.seat.copy !== null) this.#continueCopy(dashboard)
    else if (dashboard.seat.dirty) this.#startCopy(dashboard)
    else this.#flushCommands(dashboard)
  }

  #startCopy(dashboard: Dashboard): void {
    dashboard.pending = new Set()
    this.change(dashboard, { dirty: false, copy: { after: null }, commandsBehind: false })
    this.#send(dashboard, JSON.stringify(this.#deps.source.site(dashboard.seat)))
    this.#continueCopy(dashboard)
  }

  #continueCopy(dashboard: Dashboard): void {
    const { source } = this.#deps
    while (dashboard.seat.copy !== null && outstanding(dashboard) < copyWindow) {
      const part = source.inventory(dashboard.seat.copy.after, partBytes)
      const relay = part.relay ?? source.firstRelay()
      if (relay !== null) this.#send(dashboard, minersText(relay, part))
      this.change(dashboard, { copy: part.next && { after: part.next } })
      if (part.next === null) this.#finishCopy(dashboard)
    }
  }

  #finishCopy(dashboard: Dashboard): void {
    const commands = this.#deps.source.recentCommands()
    for (const text of commandTexts(commands, true)) this.#send(dashboard, text)
    for (const frames of this.#deps.source.frames()) this.#send(dashboard, frames)
  }

  #flushCommands(dashboard: Dashboard): void {
    const { pending } = dashboard
    if (pending === 'all' || pending.size > 0) {
      const wait = outstanding(dashboard) >= commandWindow
      if (!wait) this.#sendCommands(dashboard, pending)
      if (dashboard.seat.commandsBehind !== wait) this.change(dashboard, { commandsBehind: wait })
    }
  }

  #sendCommands(dashboard: Dashboard, pending: Set<CommandId> | 'all'): void {
    const { source } = this.#deps
    dashboard.pending = new Set()
    const entries = pending === 'all' ? source.recentCommands() : source.commands([...pending])
    for (const text of commandTexts(entries, false)) this.#send(dashboard, text)
  }

  #offer(dashboard: Dashboard, data: string | Uint8Array<ArrayBuffer>): void {
    if (this.#stalled(dashboard)) return this.close(dashboard, 'tooSlow')
    if (dashboard.seat.dirty) return
    if (outstanding(dashboard) < dashboardWindow) this.#send(dashboard, data)
    else this.change(dashboard, { dirty: true, copy: null })
  }

  #send(dashboard: Dashboard, data: string | Uint8Array<ArrayBuffer>): void {
    if (dashboard.ws.readyState !== WebSocket.READY_STATE_OPEN) return
    const idle = outstanding(dashboard) === 0
    const progressAt = idle ? this.#deps.now() : dashboard.seat.progressAt
    this.change(dashboard, { sent: dashboard.seat.sent + 1, progressAt })
    dashboard.ws.send(data)
  }

  #stalled(dashboard: Dashboard): boolean {
    return outstanding(dashboard) > 0 && this.#deps.now() - dashboard.seat.progressAt >= dashboardStallMs
  }
}

const outstanding = ({ seat }: Dashboard) => seat.sent - seat.acked

function parseJson(data: string | ArrayBuffer): unknown {
  if (typeof data !== 'string' || data.length > maxAskBytes) return null
  try {
    return JSON.parse(data)
  } catch {
    return null
  }
}

/** The longest question is far shorter. */
const maxAskBytes = 16 * 1024

/** Joins entries as they are kept: parsing 50,000 of them would take longer than all else. */
const minersText = (relay: string, { miners, next }: InventoryPart) =>
  `{"type":"miners","relay":${JSON.stringify(relay)},"miners":[${miners.join(',')}],"complete":${next === null}}`

/** Entries in messages that surely stay under 64 KiB. */
function commandTexts(commands: readonly CommandEntry[], evenEmpty: boolean): string[] {
  const groups: string[][] = evenEmpty ? [[]] : []
  let bytes = evenEmpty ? 0 : Infinity
  for (const text of commands.map(entry => JSON.stringify(entry))) {
    bytes += 3 * text.length
    if (bytes > partBytes) {
      groups.push([])
      bytes = 3 * text.length
    }
    groups.at(-1)?.push(text)
  }
  return groups.map(group => `{"type":"commands","commands":[${group.join(',')}]}`)
}
