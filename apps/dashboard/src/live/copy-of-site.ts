import { isFrameKind, openPacked, readInventory, type ToDashboard } from '@headframe/protocol'
import { Fleet } from './fleet.ts'
import { Frames } from './frames.ts'
import { inflate } from './inflate.ts'
import { LostPlace } from './lost-place.ts'
import { cohortKey } from './places.ts'

/** A relay that never sent a frame to this control sends none now: its miners are shown without values by then. */
const longestFillMs = 3000

/** A copy of a site as it comes in over one socket: frames and inventory, in whatever order. */
export class CopyOfSite {
  readonly fleet = new Fleet()
  readonly #frames = new Frames()
  readonly #startedAt: number
  #inventoryWhole = false
  /** Cohorts whose rows are not in the fleet as they came last. */
  readonly #stale = new Set<string>()

  constructor(startedAt = 0) {
    this.#startedAt = startedAt
  }

  /** True when all miners were told and each cohort its values, or when waiting longer helps nobody. */
  complete(now: number): boolean {
    // Part of an inventory would be shown as the whole of it.
    if (!this.#inventoryWhole) return this.fleet.relays.length === 0
    const framed = [...this.fleet.places.keys()].every(key => this.#frames.tableOf(key) !== null)
    return framed || now - this.#startedAt > longestFillMs
  }

  putMiners({ relay, miners, complete }: Extract<ToDashboard, { type: 'miners' }>): void {
    for (const info of miners) this.fleet.putMiner(relay, info)
    this.#inventoryWhole ||= complete
    for (const info of miners) this.#stale.add(cohortKey(relay, info.cohort))
  }

  async takePacked(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    const opened = openPacked(bytes)
    if (!opened.ok) throw new LostPlace(opened.error.text)
    const body = await inflate(opened.deflated).catch(LostPlace.because)
    if (isFrameKind(opened.kind)) for (const key of this.#frames.take(opened.kind, body)) this.#stale.add(key)
    else if (opened.kind === 'inventory') this.#putInventory(body)
  }

  /** Brings all values that came into the fleet: once before it is looked at, however many messages there were. */
  settle(): void {
    for (const key of this.#stale) {
      const table = this.#frames.tableOf(key)
      if (table) this.fleet.copyCohort(key, table)
    }
    this.#stale.clear()
  }

  #putInventory(body: Uint8Array): void {
    const read = readInventory(body)
    if (!read.ok) throw new LostPlace(read.error.text)
    this.fleet.putPacked(read.inventory)
    for (const cohort of new Set(read.inventory.cohort)) this.#stale.add(cohortKey(read.inventory.relay, cohort))
  }
}
