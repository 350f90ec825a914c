import { env } from 'cloudflare:workers'
import { reset, runInDurableObject } from 'cloudflare:test'
import { deflateRawSync, inflateRawSync } from 'node:zlib'
import {
  columns,
  createFollower,
  createLeader,
  createTable,
  decodeFrame,
  maxInflatedBytes,
  newId,
  openPacked,
  packMessages,
  sameTable,
  siteId,
  splitFrames,
  writeCell,
  type CohortFollower,
  type FrameKind,
} from '@headframe/protocol'
import { array, assert, asyncProperty, constantFrom, integer, oneof, record } from 'fast-check'
import { beforeEach, expect, test } from 'vitest'
import { random } from '../random.ts'
import { Wire } from '../test/relay.ts'
import { DashboardSet, type DashboardDeps } from './dashboard-set.ts'
import { openFrames } from './frames.ts'
import { createLiveReplica } from './live-replica.ts'

beforeEach(() => reset())

const site = siteId.parse('site_AAAAAAAAAAAA')
const relay = newId('relay', random)
const person = newId('person', random)
const at = 1_790_000_000_000
const cohortCount = 8
const everyCohort = Array.from({ length: cohortCount }, (_, cohort) => cohort)

/** A relay whose frames go to one dashboard, which takes only what it is let. */
class Busy {
  readonly replica = createLiveReplica()
  readonly #cohorts = everyCohort.map(cohort => ({
    leader: createLeader({ relay, epoch: 1, cohort }),
    table: createTable(8),
  }))
  readonly #dashboards
  readonly #followers = new Map<number, CohortFollower>()
  readonly #wire
  #value = 0
  #taken = 0

  constructor(state: DurableObjectState) {
    const source: DashboardDeps['source'] = {
      site: () => ({ type: 'site', site, name: '', role: 'owner', now: 0, relays: [] }),
      cohorts: () => this.replica.cohorts().map(cohort => ({ relay, cohort })),
      frames: ({ cohort }) => this.replica.messagesOf(cohort),
      inventory: () => null,
      firstRelay: () => relay,
      recentCommands: () => [],
      commands: () => [],
      finished: () => {},
    }
    this.#dashboards = new DashboardSet({ now: () => 0, sockets: () => [], unsureUpTo: 0, source })
    this.send('beat', everyCohort)
    const { 0: client, 1: server } = new WebSocketPair()
    state.acceptWebSocket(server)
    this.#dashboards.open(server, { person, session: '', role: 'owner', name: '', siteName: '', viewer: '' })
    this.#wire = new Wire(client)
  }

  /** Something changes in each of these cohorts, and is told in one message. */
  send(kind: FrameKind, cohorts: readonly number[]): void {
    this.#value += 1
    const frames = [...new Set(cohorts)].flatMap(cohort => {
      const { leader, table } = this.#cohorts[cohort]!
      // Values come back: what one frame misses, a later one does not mend by itself.
      writeCell(table, { column: columns.powerW, slot: this.#value % 8, value: 3000 + (this.#value % 3) })
      return leader[kind](table, at + this.#value) ?? []
    })
    for (const message of packMessages(kind, frames, deflateRawSync)) {
      const opened = openFrames(message)
      if (!opened.ok) throw new Error(opened.error)
      for (const ack of this.replica.apply(kind, opened.frames).durable) this.#cohorts[ack.cohort]!.leader.acked(ack)
      this.#dashboards.forward({ kind, frames: opened.frames, message })
    }
  }

  /** The dashboard reads so many messages more, and says so. */
  async take(count: number): Promise<void> {
    const dashboard = this.#dashboards.all()[0]!
    const wanted = Math.min(this.#taken + count, dashboard.seat.sent)
    await this.#wire.until(() => this.#wire.inbox.length >= wanted || undefined)
    for (; this.#taken < wanted; this.#taken++) this.#follow(this.#wire.inbox[this.#taken]!)
    this.#dashboards.read(dashboard, JSON.stringify({ type: 'ack', received: this.#taken }))
  }

  get isCopied(): boolean {
    const { copy, dirty } = this.#dashboards.all()[0]!.seat
    return copy === null && !dirty
  }

  /** Takes all there is; whether it has what control has then. */
  async isEqualInTheEnd(): Promise<boolean> {
    while (!this.isCopied || this.#taken < this.#dashboards.all()[0]!.seat.sent) await this.take(1)
    const tables = this.replica.tables()
    return this.replica
      .cursors()
      .every(({ cohort }, index) => sameTable(this.#followers.get(cohort)!.table!, tables[index]!))
  }

  #follow(message: string | Uint8Array): void {
    if (typeof message === 'string') {
      if (message.includes('"type":"site"')) this.#followers.clear()
      return
    }
    const opened = openPacked(message)
    if (!opened.ok) throw new Error(opened.error.text)
    const split = splitFrames(inflateRawSync(opened.deflated, { maxOutputLength: maxInflatedBytes }))
    if (!split.ok) throw new Error(split.error.text)
    for (const bytes of split.frames) {
      const decoded = decodeFrame(bytes)
      if (!decoded.ok) throw new Error(decoded.error.text)
      const { cohort } = decoded.frame.header
      const follower = this.#followers.get(cohort) ?? createFollower()
      this.#followers.set(cohort, follower)
      const followed = opened.kind === 'beat' ? follower.beat(decoded.frame) : follower.live(decoded.frame)
      // A page that cannot follow opens its socket anew.
      if (followed === 'need-keyframe') throw new Error('a beat that cannot be followed')
    }
  }
}

const withBusy = (check: (busy: Busy) => Promise<void>) =>
  runInDurableObject(env.SITE.getByName(`site:${site}`), async (_actor, state) => check(new Busy(state)))

test('[S5] a slow dashboard has its copy at last, though every beat changes all of it', () =>
  withBusy(async busy => {
    for (let step = 0; step < 100 && !busy.isCopied; step++) {
      busy.send('beat', everyCohort)
      await busy.take(2)
    }
    expect(busy.isCopied).toBe(true)
    expect(await busy.isEqualInTheEnd()).toBe(true)
  }))

const some = array(integer({ min: 0, max: cohortCount - 1 }), { minLength: 1, maxLength: cohortCount })
const step = oneof(
  { weight: 2, arbitrary: record({ kind: constantFrom('beat', 'live'), cohorts: some }) },
  { weight: 1, arbitrary: record({ kind: constantFrom('take'), count: integer({ min: 1, max: 6 }) }) },
  // More than its window has room for.
  { weight: 1, arbitrary: record({ kind: constantFrom('flood'), of: constantFrom('beat', 'live'), cohorts: some }) },
)

test('[S5] whatever changes during a copy, and however slow its reader is, it ends equal', () =>
  assert(
    asyncProperty(array(step, { maxLength: 40 }), steps =>
      withBusy(async busy => {
        for (const each of steps) {
          if (each.kind === 'take') await busy.take(each.count)
          else if (each.kind === 'flood') for (let n = 0; n < 40; n++) busy.send(each.of, each.cohorts)
          else busy.send(each.kind, each.cohorts)
        }
        expect(await busy.isEqualInTheEnd()).toBe(true)
      }),
    ),
    { numRuns: 60 },
  ))
