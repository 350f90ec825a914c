import { dashboardStallMs, dashboardWindow, dashboardWindowBytes, type CommandId } from '@headframe/protocol'
import { parseView, type DashboardView } from './views.ts'
import type { DashboardSeat } from './seat.ts'

/** A dashboard's socket, awake. */
export interface Dashboard {
  readonly ws: WebSocket
  seat: DashboardSeat
  /** Commands that it was not told of since they changed; `all` when we slept over it. */
  pending: Set<CommandId> | 'all'
  /** Sizes of the messages under way, oldest first. */
  underWay: number[]
  /** What it shows of the live tables; `null` for everything. */
  view: DashboardView | null
}

export function wakeDashboard(ws: WebSocket, seat: DashboardSeat): Dashboard {
  const count = seat.sent - seat.acked
  return {
    ws,
    seat,
    pending: seat.commandsBehind ? 'all' : new Set(),
    // Which of them was how large is not worth remembering through a sleep.
    underWay: Array.from({ length: count }, () => Math.ceil(seat.bytes / count)),
    view: parseView(seat.view),
  }
}

export function change(dashboard: Dashboard, change: Partial<DashboardSeat>): void {
  dashboard.seat = { ...dashboard.seat, ...change }
  dashboard.ws.serializeAttachment(dashboard.seat)
}

/** Its close may be known here some turns before the actor is told of it. */
const isOpen = ({ ws }: Dashboard) => ws.readyState === WebSocket.READY_STATE_OPEN

/** Messages that it has not acknowledged. */
const outstanding = ({ seat }: Dashboard) => seat.sent - seat.acked

/** Whether one more message keeps within the window [S7]. */
export function hasRoom(dashboard: Dashboard, bytes: number): boolean {
  const count = outstanding(dashboard)
  return count === 0 || (count < dashboardWindow && dashboard.seat.bytes + bytes <= dashboardWindowBytes)
}

/** Half of the window is left to what happens during a copy. One that left has none: nothing sent would ever fill it. */
export const hasRoomForCopy = (dashboard: Dashboard) =>
  isOpen(dashboard) && outstanding(dashboard) < dashboardWindow / 2 && dashboard.seat.bytes < dashboardWindowBytes / 2

/** Commands that changed gather while more than a quarter is under way. */
export const hasRoomForCommands = (dashboard: Dashboard) => outstanding(dashboard) < dashboardWindow / 4

export function isStalled(dashboard: Dashboard, now: number): boolean {
  return owes(dashboard) && now - dashboard.seat.progressAt >= dashboardStallMs
}

/** One that waits for its copy and was told only that owes nothing: in a crowd its acknowledgement may wait as long. */
export const owes = (dashboard: Dashboard) =>
  outstanding(dashboard) > 0 && !(dashboard.seat.dirty && dashboard.seat.bytes < waitBytes)

/** More than the message that says that others go first. */
const waitBytes = 256

/** Sends, and keeps count of it; `also` is written in the same go. */
export function send(
  dashboard: Dashboard,
  data: string | Uint8Array<ArrayBuffer>,
  { now, also = {} }: { now: number; also?: Partial<DashboardSeat> },
): void {
  if (!isOpen(dashboard)) return
  const { sent, bytes, progressAt } = dashboard.seat
  const idle = outstanding(dashboard) === 0
  change(dashboard, { ...also, sent: sent + 1, bytes: bytes + data.length, progressAt: idle ? now : progressAt })
  dashboard.underWay.push(data.length)
  dashboard.ws.send(data)
}

/** False when nobody can have received so many. */
export function acknowledge(dashboard: Dashboard, received: number, now: number): boolean {
  const { sent, acked } = dashboard.seat
  if (received > sent || received < acked) return false
  if (received === acked) return true
  dashboard.underWay.splice(0, received - acked)
  const bytes = dashboard.underWay.reduce((sum, size) => sum + size, 0)
  change(dashboard, { acked: received, bytes, progressAt: now })
  return true
}
