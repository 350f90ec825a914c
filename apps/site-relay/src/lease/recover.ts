import type { CoreDeps } from '../core/core.ts'
import { createWriter } from '../store/writer.ts'
import { openStandby } from './standby.ts'

/** Longer, and the relay goes on without: it finds its miners anew, as new ones. */
const patienceMs = 10_000

/**
 * A box that lost its data and kept its key: before it looks for miners it copies those that a control knows of it, so
 * that they stay the same miners. It waits for the first control that answers.
 */
export async function recoverInventory(deps: CoreDeps): Promise<void> {
  const { stores, world, log } = deps
  if (stores.inventory.count() > 0 || stores.controls.all().length === 0) return
  // A fresh database has no epoch yet, and no control takes a relay without one.
  stores.journal.beginEpoch(world.now())
  const done = new AbortController()
  const signal = AbortSignal.any([deps.signal, done.signal])
  const { write } = createWriter({ db: stores.db, mark: stores.journal.mark, changed: () => {} })
  const { replica } = openStandby({ ...deps, signal, write, giver: null, told: () => {}, onEpoch: () => {} })
  world.every(50, () => replica.isComplete() && done.abort(), signal)
  await world.sleep(patienceMs, signal)
  done.abort()
  if (replica.isComplete()) log.info({ miners: stores.replica.count() }, 'copied the inventory that control has')
}
