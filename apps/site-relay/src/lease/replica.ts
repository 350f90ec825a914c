import type { ControlId, DownMessage, UpMessage } from '@headframe/protocol'
import type { Stores } from '../core/stores.ts'
import type { Writer } from '../store/writer.ts'

type Page = Extract<DownMessage, { type: 'page' }>

/** Follows the inventory that a control holds of this relay, while another box keeps it. */
export interface Replica {
  /** Asks for what is new when it is time. Called about once a second. */
  readonly tick: () => void
  readonly take: (control: ControlId, page: Page) => void
  /** True once everything that control had was copied. */
  readonly isComplete: () => boolean
  /** Miners copied so far. */
  readonly count: () => number
}

export interface ReplicaDeps {
  readonly stores: Pick<Stores, 'replica'>
  readonly write: Writer['write']
  /** Where to copy from: `null` while no control is linked. */
  readonly source: () => ControlId | null
  readonly say: (control: ControlId, message: UpMessage) => boolean
  /** Monotonic ms. */
  readonly monotonic: () => number
}

/** What is new is asked for so often. */
const everyMs = 5000
/** A page that did not come by then was lost with its connection. */
const lateMs = 10_000
/** Everything is copied anew no more often than this. */
const anewEveryMs = 60_000

export function createReplica({ stores: { replica }, write, source, say, monotonic }: ReplicaDeps): Replica {
  let dueAt = monotonic()
  let complete = false
  /** Miners of a pass over all of them: who is not among them at its end is gone. */
  let pass: Set<string> | null = null
  let anewAt = -Infinity

  function pull(control: ControlId): void {
    const asked = say(control, { type: 'pull', after: replica.place(control) })
    dueAt = monotonic() + (asked ? lateMs : 0)
  }

  function finish(control: ControlId, { total }: Page): void {
    write(() => {
      // A control that lost everything has nothing to teach.
      if (pass && total > 0) replica.keepOnly(pass)
      replica.rebuildCohorts()
    })
    pass = null
    complete = true
    dueAt = monotonic() + everyMs
    if (total === 0 || replica.count() === total || monotonic() < anewAt + anewEveryMs) return
    anewAt = monotonic()
    pass = new Set()
    if (write(() => replica.restart(control))) pull(control)
  }

  return {
    tick: () => {
      const control = source()
      if (control !== null && monotonic() >= dueAt) pull(control)
    },
    take: (control, page) => {
      if (control !== source()) return
      const written = write(() => replica.put(page.miners, control, page.next))
      if (!written) return
      for (const miner of page.miners) pass?.add(miner.id)
      if (page.complete) finish(control, page)
      else pull(control)
    },
    isComplete: () => complete,
    count: replica.count,
  }
}
