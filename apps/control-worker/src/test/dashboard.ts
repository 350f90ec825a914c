import { inflateRawSync } from 'node:zlib'
import {
  createFollower,
  decodeFrame,
  maxInflatedBytes,
  minerInRow,
  openPacked,
  paths,
  readInventory,
  splitFrames,
  toDashboard,
  type CohortFollower,
  type FromDashboard,
  type MinerId,
  type MinerInfo,
  type SiteId,
  type ToDashboard,
} from '@headframe/protocol'
import type { Browser } from './browser.ts'
import { takeFirst, Wire } from './relay.ts'

/** A dashboard's end of its socket: it follows one cohort, and acknowledges what it reads. */
export class TestDashboard {
  readonly wire: Wire
  readonly received: ToDashboard[] = []
  readonly miners = new Map<MinerId, MinerInfo>()
  follower: CohortFollower = createFollower()
  frames = 0
  count = 0
  acknowledges = true

  constructor(wire: Wire) {
    this.wire = wire
  }

  static async open(browser: Browser, site: SiteId): Promise<TestDashboard> {
    const ws = await browser.socket(paths.socket(site))
    if (!('accept' in ws)) throw new Error(JSON.stringify(ws.body))
    return new TestDashboard(new Wire(ws))
  }

  send(message: FromDashboard): void {
    this.wire.ws.send(JSON.stringify(message))
  }

  /** The next message of a type; what came before it is skipped. */
  next<T extends ToDashboard['type']>(type: T): Promise<Extract<ToDashboard, { type: T }>> {
    return this.wire.until(() => {
      this.read()
      return takeFirst(this.received, type)
    })
  }

  untilFrames(count: number): Promise<true> {
    return this.wire.until(() => {
      this.read()
      return this.frames >= count || undefined
    })
  }

  read(): void {
    const messages = this.wire.inbox.splice(0)
    for (const message of messages) this.#take(message)
    this.count += messages.length
    if (this.acknowledges && messages.length > 0) this.send({ type: 'ack', received: this.count })
  }

  #take(message: string | Uint8Array): void {
    if (typeof message !== 'string') return this.#follow(message)
    const parsed = toDashboard.parse(JSON.parse(message))
    if (parsed.type === 'site') {
      this.follower = createFollower()
      this.miners.clear()
    }
    if (parsed.type === 'miners') for (const miner of parsed.miners) this.miners.set(miner.id, miner)
    if (parsed.type === 'minerRemoved') this.miners.delete(parsed.miner)
    this.received.push(parsed)
  }

  #follow(message: Uint8Array): void {
    const opened = openPacked(message)
    if (!opened.ok) throw new Error(opened.error.text)
    const body = inflateRawSync(opened.deflated, { maxOutputLength: maxInflatedBytes })
    if (opened.kind === 'inventory') return this.#put(body)
    this.frames++
    const split = splitFrames(body)
    if (!split.ok) throw new Error(split.error.text)
    for (const bytes of split.frames) {
      const decoded = decodeFrame(bytes)
      if (!decoded.ok) throw new Error(decoded.error.text)
      if (opened.kind === 'beat') this.follower.beat(decoded.frame)
      else this.follower.live(decoded.frame)
    }
  }

  #put(body: Uint8Array): void {
    const read = readInventory(body)
    if (!read.ok) throw new Error(read.error.text)
    for (let row = 0; row < read.inventory.count; row++) {
      const miner = minerInRow(read.inventory, row)
      this.miners.set(miner.id, miner)
    }
  }
}
