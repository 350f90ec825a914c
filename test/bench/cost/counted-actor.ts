import { cohortSlots, columns, newId, type Enrolled } from '@headframe/protocol'
import { randomFillSync } from 'node:crypto'
import type { Keys } from '../../../apps/site-relay/src/keys/keys.ts'
import type { OpenWire, WireEvents } from '../../../apps/site-relay/src/link/wire.ts'
import { loadActorCode, type ActorSite, type ActorStorage } from '../../simulation/actor/code.ts'
import { ActorSocket } from '../../simulation/actor/socket.ts'
import { openActorDisk } from '../../simulation/actor/sql-storage.ts'
import type { Line } from '../../simulation/world/line.ts'

/** What the hosted platform bills of an actor. */
export interface Counts {
  /** As `rowsWritten` counts, with one for each alarm that was set. */
  readonly rows: number
  /** WebSocket messages that came in. */
  readonly messages: number
  readonly alarms: number
  /** Processor time of its handlers, ms. */
  readonly cpuMs: number
}

/** As the list of miners asks for of all rows. */
const columnsOfTotals = [columns.hashrateHs, columns.powerW, columns.mining, columns.reach].map(({ id }) => id)

const random = (bytes: Uint8Array) => randomFillSync(bytes)
const noFaults = { before: () => 'go' as const, after: () => {} }
/** As dashboards do. */
const ackEveryMs = 2000
const tickMs = 1000
/** Somebody who looks for something. */
const scrollEveryMs = 10_000
const rowsOnScreen = 40

/** The real code of one SiteActor over SQLite in memory, on a clock of its own, with everything counted that is billed. */
export class CountedActor {
  readonly enrolled: Enrolled = {
    control: newId('control', random),
    relay: newId('relay', random),
    site: newId('site', random),
  }
  readonly #disk = openActorDisk(null, noFaults)
  readonly #sockets: ActorSocket[] = []
  readonly #acknowledge: (() => void)[] = []
  readonly #scroll: (() => void)[] = []
  readonly #keys
  readonly #actor
  #count = { messages: 0, alarms: 0, alarmsSet: 0, cpuMs: 0 }
  #now = Date.now()
  #alarmAt: number | null = null
  #timers: { readonly at: number; readonly run: () => void }[] = []
  #handled: Promise<void> = Promise.resolve()

  static async start(keys: Keys): Promise<CountedActor> {
    return new CountedActor(keys, await loadActorCode())
  }

  constructor(keys: Keys, code: Awaited<ReturnType<typeof loadActorCode>>) {
    this.#keys = keys
    const storage: ActorStorage = {
      sql: this.#disk,
      setAlarm: async at => {
        this.#count.alarmsSet += 1
        this.#alarmAt = at
      },
      getAlarm: async () => this.#alarmAt,
      transactionSync: run => run(),
    }
    code.migrate(storage, code.migrations)
    const alarms = code.createAlarms(storage)
    const sockets = (kind: string) => this.#sockets.filter(socket => socket.kind === kind)
    const after = (ms: number, run: () => void) => void this.#timers.push({ at: this.#now + ms, run })
    const deps = { id: this.enrolled.site, sql: this.#disk, alarms, now: () => this.#now, after, sockets }
    this.#actor = { site: new code.Site(deps), alarms }
    this.#actor.site.addRelay({ id: this.enrolled.relay, name: 'bench' })
  }

  /** How the relay of this actor dials it. */
  readonly openWire: OpenWire = (_url, events) => {
    const socket = this.#accept(
      'link',
      data => {
        if (typeof data !== 'string') queueMicrotask(() => events.chunk(data))
      },
      events,
    )
    const { publicKey, instance } = this.#keys
    const { control, relay } = this.enrolled
    const grant = {
      relay,
      control,
      org: newId('org', random),
      boxes: [{ name: 'box', publicKey, instance }],
      nonce: 'nonce',
    }
    this.#turn(site => site.openLink(socket, grant))
    return {
      send: (chunk, sent) => {
        this.#give(socket, chunk)
        queueMicrotask(sent)
      },
      isOpen: () => true,
      bufferedBytes: () => 0,
      ping: () => {},
      close: () => {},
      terminate: () => {},
    }
  }

  /** Somebody looks, scrolls, and acknowledges. */
  look(): void {
    let [received, acked, first] = [0, 0, 0]
    const socket = this.#accept('dashboard', () => void (received += 1))
    const person = newId('person', random)
    const grant = { person, session: 's', role: 'owner', name: 'Ada', siteName: 'North', viewer: person }
    this.#turn(site => site.openDashboard(socket, grant))
    this.#acknowledge.push(() => {
      if (received > acked) this.#give(socket, JSON.stringify({ type: 'ack', received: (acked = received) }))
    })
    this.#scroll.push(() => {
      const slots = Array.from({ length: rowsOnScreen }, (_, row) => first + row)
      first = (first + rowsOnScreen) % (cohortSlots - rowsOnScreen)
      const view = { columns: columnsOfTotals, rows: [{ cohort: 0, slots }] }
      this.#give(socket, JSON.stringify({ type: 'view', relays: [{ relay: this.enrolled.relay, view }] }))
    })
  }

  /** Time goes on, and what is due then happens. */
  async pass(ms: number): Promise<void> {
    for (const end = this.#now + ms; this.#now < end;) {
      this.#now += tickMs
      if (this.#now % ackEveryMs < tickMs) for (const acknowledge of this.#acknowledge) acknowledge()
      if (this.#now % scrollEveryMs < tickMs) for (const scroll of this.#scroll) scroll()
      this.#runTimers()
      if (this.#alarmAt !== null && this.#alarmAt <= this.#now) this.#ring()
      await this.settled()
    }
  }

  /** All that came in is handled. */
  async settled(): Promise<void> {
    for (let before: unknown = null; before !== this.#handled;) {
      before = this.#handled
      await before
    }
  }

  counts(): Counts {
    const { messages, alarms, alarmsSet, cpuMs } = this.#count
    return { messages, alarms, cpuMs, rows: this.#disk.rowsWritten() + alarmsSet }
  }

  #runTimers(): void {
    const due = this.#timers.filter(({ at }) => at <= this.#now)
    this.#timers = this.#timers.filter(({ at }) => at > this.#now)
    for (const { run } of due) this.#handled = this.#handled.then(() => this.#turn(run))
  }

  #ring(): void {
    this.#alarmAt = null
    this.#count.alarms += 1
    this.#turn(site => {
      for (const name of this.#actor.alarms.take(this.#now)) site.alarm(name)
    })
  }

  #give(socket: ActorSocket, data: string | Uint8Array): void {
    this.#count.messages += 1
    const message = typeof data === 'string' ? data : Uint8Array.from(data).buffer
    this.#handled = this.#handled.then(() => this.#turn(site => site.message(socket, message))?.())
  }

  /** On disk at its end, so that the time for that counts. */
  #turn<T>(run: (site: ActorSite) => T): T {
    const before = process.threadCpuUsage()
    this.#disk.begin()
    const result = run(this.#actor.site)
    this.#disk.commit()
    const { user, system } = process.threadCpuUsage(before)
    this.#count.cpuMs += (user + system) / 1000
    return result
  }

  #accept(
    kind: 'link' | 'dashboard',
    heard: (data: string | Uint8Array<ArrayBuffer>) => void,
    events?: WireEvents,
  ): ActorSocket {
    const line: Line = {
      ...silent,
      send: (_from, data) => heard(data),
      close: (_from, code, reason) => events?.closed(code, reason),
    }
    const socket = new ActorSocket(kind, { line: () => line, leave: run => run() })
    this.#sockets.push(socket)
    return socket
  }
}

const silent: Line = {
  send: () => {},
  buffered: () => 0,
  underWay: () => ({ bytes: 0, messages: 0 }),
  ping: () => {},
  close: () => {},
  drop: () => {},
  cut: () => {},
  stall: () => {},
  isOpen: () => true,
  isWhole: () => true,
}
