import type { RelayId, ToDashboard } from '@headframe/protocol'
import { Fleet } from './fleet.ts'
import { Frames } from './frames.ts'

/** A copy that is not whole by then is shown as it is. */
const longestFillMs = 3000

/** A copy of a site as it comes in over one socket: inventory, then frames. */
export class CopyOfSite {
  readonly fleet = new Fleet()
  readonly #frames = new Frames()
  readonly #startedAt: number
  readonly #announced = new Set<RelayId>()

  constructor(startedAt = 0) {
    this.#startedAt = startedAt
  }

  /** True when each relay told all its miners and each cohort its values, or when waiting longer helps nobody. */
  complete(now: number): boolean {
    const announced = this.fleet.relays.every(relay => this.#announced.has(relay.id))
    if (!announced) return false
    const framed = [...this.fleet.cohorts].every(key => this.#frames.has(key))
    return framed || now - this.#startedAt > longestFillMs
  }

  putMiners(message: Extract<ToDashboard, { type: 'miners' }>): void {
    for (const info of message.miners) this.fleet.putMiner(message.relay, info)
    if (message.complete) this.#announced.add(message.relay)
    for (const { key, table } of this.#frames.tables()) this.fleet.copyCohort(key, table)
  }

  async takePacked(bytes: Uint8Array<ArrayBuffer>): Promise<void> {
    for (const { key, table } of await this.#frames.take(bytes)) this.fleet.copyCohort(key, table)
  }
}
