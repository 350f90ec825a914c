import type { ToDashboard } from '@headframe/protocol'
import { Fleet } from './fleet.ts'
import { Frames } from './frames.ts'

/** A relay that never sent a frame to this control sends none now: its miners are shown without values by then. */
const longestFillMs = 3000

/** A copy of a site as it comes in over one socket: inventory, then frames. */
export class CopyOfSite {
  readonly fleet = new Fleet()
  readonly #frames = new Frames()
  readonly #startedAt: number
  #inventoryWhole = false

  constructor(startedAt = 0) {
    this.#startedAt = startedAt
  }

  /** True when all miners were told and each cohort its values, or when waiting longer helps nobody. */
  complete(now: number): boolean {
    // Part of an inventory would be shown as the whole of it.
    if (!this.#inventoryWhole) return this.fleet.relays.length === 0
    const framed = [...this.fleet.cohorts].every(key => this.#frames.has(key))
    return framed || now - this.#startedAt > longestFillMs
  }

  putMiners(message: Extract<ToDashboard, { type: 'miners' }>): void {
    for (const info of message.miners) this.fleet.putMiner(message.relay, info)
    this.#inventoryWhole ||= message.complete
    for (const { key, table } of this.#frames.tables()) this.fleet.copyCohort(key, table)
  }

  async takePacked(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    for (const { key, table } of await this.#frames.take(bytes)) this.fleet.copyCohort(key, table)
  }
}
