import {
  columns,
  maxViewRows,
  type Column,
  type FromDashboard,
  type LiveView,
  type RelayId,
  type RelayStatus,
} from '@headframe/protocol'
import { onCleanup } from 'solid-js'
import type { Io } from '../io.ts'
import type { Fleet } from './fleet.ts'
import type { Place } from './places.ts'

/** What one part of the page shows: all columns of its rows, and of all other rows only some. */
export interface Viewed {
  readonly rows: readonly number[]
  readonly columns: readonly Column[]
}

/** States and totals are of all rows, whatever page is open. */
const alwaysShown: readonly Column[] = [
  columns.hashrateHs,
  columns.expectedHashrateHs,
  columns.powerW,
  columns.accepted,
  columns.rejected,
  columns.mining,
  columns.problems,
  columns.observedAt,
  columns.reach,
]
/** Someone who scrolls or types does not stay. */
const settleMs = 150
/** In one message; a site has a few. */
const mostRelays = 64

/** Tells control what of the live tables is on screen, once that settled; a new socket is told again. */
export function createViewed(deps: {
  readonly after: Io['after']
  readonly fleet: () => Fleet
  readonly relays: () => readonly RelayStatus[]
  readonly send: (message: FromDashboard) => void
}) {
  const parts = new Map<string, Viewed>()
  let said: string | null = null
  let cancel: (() => void) | null = null

  const say = () => {
    cancel = null
    const relays = viewsOf(deps.fleet(), deps.relays(), [...parts.values()])
    const text = JSON.stringify(relays)
    if (text !== said) deps.send({ type: 'view', relays })
    said = text
  }
  const sayOnceSettled = () => {
    cancel?.()
    cancel = deps.after(settleMs, say)
  }
  onCleanup(() => cancel?.())
  return {
    /** Replaces what this part of the page showed before; `null` when it is gone. */
    view: (part: string, viewed: Viewed | null) => {
      // Asked again at every change of a value: only another view is worth a word.
      if (sameViewed(parts.get(part) ?? null, viewed)) return
      if (viewed) parts.set(part, viewed)
      else parts.delete(part)
      sayOnceSettled()
    },
    relaysChanged: sayOnceSettled,
    tellAgain: () => {
      said = null
      cancel?.()
      say()
    },
  }
}

function sameViewed(a: Viewed | null, b: Viewed | null): boolean {
  return a === b || (a !== null && b !== null && sameList(a.rows, b.rows) && sameList(a.columns, b.columns))
}

function sameList<T>(a: readonly T[], b: readonly T[]): boolean {
  return a.length === b.length && a.every((one, place) => one === b[place])
}

/** For each relay of the site its view. */
function viewsOf(
  fleet: Fleet,
  relays: readonly RelayStatus[],
  parts: readonly Viewed[],
): { relay: RelayId; view: LiveView }[] {
  const ids = new Set([alwaysShown, ...parts.map(part => part.columns)].flat().map(column => column.id))
  const rows = [...new Set(parts.flatMap(part => part.rows))].slice(0, maxViewRows)
  const places = rows.flatMap(row => fleet.places.placeOf(row) ?? [])
  return relays.slice(0, mostRelays).map(({ id }) => {
    const own = places.filter(place => place.relay === id)
    return { relay: id, view: { columns: [...ids].sort((a, b) => a - b), rows: byCohort(own) } }
  })
}

function byCohort(places: readonly Place[]): LiveView['rows'] {
  const cohorts = [...new Set(places.map(place => place.cohort))].sort((a, b) => a - b)
  return cohorts.map(cohort => ({
    cohort,
    slots: places.flatMap(place => (place.cohort === cohort ? place.slot : [])).sort((a, b) => a - b),
  }))
}
