import type { ControlId, DownMessage, UpMessage } from '@headframe/protocol'
import type { Stores } from '../core/stores.ts'
import type { Writer } from '../store/writer.ts'

type Page = Extract<DownMessage, { type: 'page' }>

/** Follows the inventory that a control holds of this relay, while another box keeps it. */
export interface Replica {
  /** Asks for what is new when it is time. Called some times a second. */
  readonly tick: () => void
  readonly take: (control: ControlId, page: Page) => void
  /** Asks now: it is complete again once that was answered. */
  readonly refresh: () => void
  /**
   * True once everything that control had was copied, and nothing else is here. That it had nothing is not enough while
   * another one may have something.
   */
  readonly isComplete: () => boolean
  /** Miners copied so far. */
  readonly count: () => number
}

export interface ReplicaDeps {
  readonly stores: Pick<Stores, 'replica'>
  readonly write: Writer['write']
  /** Where to copy from, but for those that hold nothing while another does: `null` while no control is linked. */
  readonly source: (holdsNothing: (control: ControlId) => boolean) => ControlId | null
  /** All that may be copied from, linked or not. */
  readonly controls: () => readonly ControlId[]
  readonly say: (control: ControlId, message: UpMessage) => boolean
  /** Monotonic ms. */
  readonly monotonic: () => number
}

/** What is new is asked for so often. */
const everyMs = 5000
/** A page that did not come by then was lost with its connection. */
const lateMs = 10_000
/** Who was asked and hears nothing more for two minutes takes this box for gone, and closes its link. */
const signEveryMs = 60_000
/** Everything is copied anew no more often than this. */
const anewEveryMs = 60_000

interface State {
  dueAt: number
  complete: boolean
  /** Where the copy under way is. A place is kept only once all before it is there, so that it stands for a whole copy. */
  at: { readonly control: ControlId; readonly next: Page['next'] } | null
  changed: boolean
  /** Miners of a pass over all of them: who is not among them at its end is gone. */
  pass: Set<string> | null
  anewAt: number
  /** Those that answered that they hold nothing. */
  readonly empty: Set<ControlId>
  /** When each control that is linked was last asked. */
  readonly askedAt: Map<ControlId, number>
}

export function createReplica(deps: ReplicaDeps): Replica {
  const { stores, write, monotonic } = deps
  const state: State = {
    dueAt: monotonic(),
    complete: false,
    at: null,
    changed: false,
    pass: null,
    anewAt: -Infinity,
    empty: new Set(),
    askedAt: new Map(),
  }
  const source = () => deps.source(control => state.empty.has(control))
  const tick = () => {
    const control = source()
    const isNew = control !== state.at?.control
    if (control !== null && (isNew || monotonic() >= state.dueAt)) pull(state, deps, control)
    for (const [other, at] of state.askedAt)
      if (other !== control && monotonic() >= at + signEveryMs) ask(state, deps, { control: other })
  }
  return {
    tick,
    refresh: () => {
      state.complete = false
      state.empty.clear()
      state.dueAt = monotonic()
      tick()
    },
    take: (control, page) => {
      const isAsked = control === state.at?.control && control === source()
      if (!isAsked || !write(() => stores.replica.put(page.miners))) return
      state.changed ||= page.miners.length > 0
      for (const miner of page.miners) state.pass?.add(miner.id)
      state.at = { control, next: page.next }
      if (page.complete) finish(state, deps, { control, page })
      else pull(state, deps, control)
    },
    isComplete: () =>
      state.complete || (state.empty.size > 0 && deps.controls().every(control => state.empty.has(control))),
    count: stores.replica.count,
  }
}

function pull(state: State, deps: ReplicaDeps, control: ControlId): void {
  if (state.at?.control !== control) beginAt(state, control, deps.stores.replica.place(control))
  const asked = ask(state, deps, { control, after: state.at?.next ?? start })
  state.dueAt = deps.monotonic() + (asked ? lateMs : 0)
}

interface Asking {
  readonly control: ControlId
  readonly after?: Page['next']
}

/** False when that control is not linked. */
function ask(state: State, { stores, say, monotonic }: ReplicaDeps, { control, after }: Asking): boolean {
  const asked = say(control, { type: 'pull', after: after ?? stores.replica.place(control) })
  if (asked) state.askedAt.set(control, monotonic())
  else state.askedAt.delete(control)
  return asked
}

const start: Page['next'] = { revision: 0, miner: null }

/** A pass over all begins again where it was another control's: that one may hold others. */
function beginAt(state: State, control: ControlId, place: Page['next']): void {
  if (state.pass) Object.assign(state, { pass: new Set(), at: { control, next: start } })
  else state.at = { control, next: place }
}

function finish(state: State, deps: ReplicaDeps, { control, page }: { control: ControlId; page: Page }): void {
  const { write, monotonic } = deps
  const { replica } = deps.stores
  const { pass } = state
  if (state.changed || pass) {
    const written = write(() => {
      // A control that lost everything has nothing to teach, and a pass that some are missing from says nobody is gone.
      if (pass && page.total > 0 && pass.size >= page.total) replica.keepOnly(pass)
      replica.setPlace(control, page.next)
    })
    if (!written) return
  }
  if (page.total === 0) state.empty.add(control)
  else state.empty.delete(control)
  const complete = page.total > 0 && replica.count() === page.total
  Object.assign(state, { changed: false, pass: null, complete, dueAt: monotonic() + everyMs })
  if (complete || page.total === 0 || monotonic() < state.anewAt + anewEveryMs) return
  Object.assign(state, { anewAt: monotonic(), pass: new Set(), at: { control, next: start } })
  pull(state, deps, control)
}
