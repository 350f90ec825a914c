import {
  fromDashboard,
  maxColumns,
  maxViewCohorts,
  type FromDashboard,
  type LiveView,
  type RelayId,
} from '@headframe/protocol'
import type { Dashboard } from './dashboard.ts'
import type { DashboardSeat } from './seat.ts'

/** What one dashboard shows of the live tables, by relay. */
export type DashboardView = NonNullable<Extract<FromDashboard, { type: 'view' }>['relays']>

interface Viewer extends Pick<Dashboard, 'view'> {
  readonly seat: Pick<DashboardSeat, 'dirty' | 'copy'>
}

/** A relay is told of another view so often at most: people scroll. */
const everyMs = 500
/** Rows that are viewed by anybody. With more, most of what changes is looked at, and a relay tells all of it. */
const maxRows = 4096

/** What all dashboards of a site show together, as relays were last told. */
export class Views {
  readonly #of = new Map<RelayId, LiveView | null>()
  #takenAt = 0
  #changed: boolean
  /** Relays were told to send everything. */
  #all: boolean
  /** Somebody will look whether it is time. */
  isAwaited = false

  constructor(dashboards: readonly Viewer[]) {
    this.#all = dashboards.some(showsAll)
    // What was told before a sleep is not known any more.
    this.#changed = dashboards.length > 0 && !this.#all
  }

  /** Somebody shows something else, has its copy, or left. */
  changed(dashboards: readonly Viewer[]): void {
    this.#changed ||= !(this.#all && dashboards.some(showsAll))
  }

  /** How soon a change that relays were not told of may be told; `null` for none. */
  dueInMs(now: number): number | null {
    if (!this.#changed) return null
    const since = now - this.#takenAt
    // A clock that was set back says nothing of it.
    return since < 0 ? 0 : Math.max(0, everyMs - since)
  }

  /** Of one relay, as of the last time that it was taken; `null` for everything. */
  of(relay: RelayId, dashboards: readonly Viewer[]): LiveView | null {
    const known = this.#of.get(relay)
    if (known !== undefined) return known
    const view = unionOf(relay, dashboards)
    this.#of.set(relay, view)
    return view
  }

  /** Takes what is shown now, unless that was done a moment ago. */
  take(dashboards: readonly Viewer[], now: number): void {
    if (this.dueInMs(now) !== 0) return
    this.#of.clear()
    this.#takenAt = now
    this.#changed = false
    this.#all = dashboards.some(showsAll)
  }
}

/** One that waits for its copy shows nothing yet; what moves meanwhile is told with the rest of the view once it has it. */
const showsAll = ({ view, seat }: Viewer) => view === null && !seat.dirty && seat.copy === null

export function parseView(text: string | null): DashboardView | null {
  if (text === null) return null
  const read = fromDashboard.safeParse({ type: 'view', relays: JSON.parse(text) })
  return read.success && read.data.type === 'view' ? read.data.relays : null
}

/** In order, so that equal views are equal texts; within what a relay takes. */
function unionOf(relay: RelayId, dashboards: readonly Viewer[]): LiveView | null {
  const columns = new Set<number>()
  const rows = new Map<number, Set<number>>()
  for (const dashboard of dashboards) {
    if (showsAll(dashboard)) return null
    const theirs = dashboard.view?.find(each => each.relay === relay)?.view
    for (const id of theirs?.columns ?? []) columns.add(id)
    for (const { cohort, slots } of theirs?.rows ?? []) {
      if (slots.length === 0) continue
      const known = rows.get(cohort) ?? new Set()
      for (const slot of slots) known.add(slot)
      rows.set(cohort, known)
    }
  }
  const count = [...rows.values()].reduce((sum, slots) => sum + slots.size, 0)
  const isTooMuch = count > maxRows || rows.size > maxViewCohorts || columns.size > maxColumns
  if (isTooMuch) return null
  const inOrder = (numbers: Iterable<number>) => [...numbers].sort((a, b) => a - b)
  return {
    columns: inOrder(columns),
    rows: inOrder(rows.keys()).map(cohort => ({ cohort, slots: inOrder(rows.get(cohort) ?? []) })),
  }
}
