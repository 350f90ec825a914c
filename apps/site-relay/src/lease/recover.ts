import type { ControlId } from '@headframe/protocol'
import type { CoreDeps } from '../core/core.ts'
import { createWriter } from '../store/writer.ts'
import { openStandby } from './standby.ts'

/**
 * A box that lost its data and kept its key copies the miners that a control knows of it, so that they stay the same
 * miners: before it looks for any, and when it meets such a control later.
 */
export interface Recovery {
  /** Copies what is to be copied before the box acts. */
  readonly run: () => Promise<void>
  /**
   * True for a control that knows this relay from data that is lost: it is told nothing before its miners are copied.
   * @param known the latest epoch that it knows
   * @param stop called when the box is to act no more until `run` is over
   */
  readonly meets: (control: ControlId, known: number, stop: () => void) => boolean
}

/** Longer, and the relay goes on without: it finds its miners anew, as new ones. */
const patienceMs = 10_000
/** A control that was met is there, and has all its miners to send. */
const longPatienceMs = 60_000
/** A copy that was not finished is tried again after this; the relay acts meanwhile. */
const againAfterMs = 300_000
/** Data older than this are no replacement for what was just lost: their miners have names that others know. */
const newForMs = 86_400_000

export function createRecovery(deps: CoreDeps): Recovery {
  const { stores, world } = deps
  const { controls, journal, inventory, replica } = stores
  const empty = new Set<ControlId>()
  let met: ControlId | null = null
  let againAt = -Infinity

  const isNew = () => !replica.isCopy() && world.now() < journal.firstEpoch() + newForMs
  const hasWordOf = (control: ControlId) => {
    const last = controls.cursor(control)
    return last.epoch > 0 && journal.hasWritten(last)
  }

  return {
    run: async () => {
      if (met === null && (inventory.count() > 0 || controls.all().length === 0)) return
      // A fresh database has no epoch yet, and no control takes a relay without one.
      journal.beginEpoch(world.now(), world.random)
      const isComplete = await copy(deps, met)
      if (!isComplete) againAt = world.monotonic() + againAfterMs
      else if (met !== null && !replica.isCopy()) empty.add(met)
      met = null
    },
    meets: (control, known, stop) => {
      const isOurs = known === 0 || journal.hasWritten({ epoch: known, seq: 0 }) || hasWordOf(control)
      if (isOurs || empty.has(control) || !isNew()) return false
      if (world.monotonic() < againAt) return true
      met = control
      stop()
      return true
    },
  }
}

/** From the first control that answers with miners, or from one alone. False when it did not come to an end. */
async function copy(deps: CoreDeps, only: ControlId | null): Promise<boolean> {
  const { stores, world, log } = deps
  const done = new AbortController()
  const signal = AbortSignal.any([deps.signal, done.signal])
  const { write } = createWriter({ db: stores.db, mark: stores.journal.mark, changed: () => {} })
  const from = only === null ? {} : { only }
  const { replica } = openStandby({ ...deps, ...from, signal, write, giver: null, told: () => {}, onEpoch: () => {} })
  world.every(50, () => replica.isComplete() && done.abort(), signal)
  await world.sleep(only === null ? patienceMs : longPatienceMs, signal)
  done.abort()
  if (replica.isComplete()) log.info({ miners: stores.replica.count() }, 'copied the inventory that control has')
  return replica.isComplete()
}
