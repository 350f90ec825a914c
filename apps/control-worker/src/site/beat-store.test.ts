import { reset, runInDurableObject } from 'cloudflare:test'
import {
  columns,
  createLeader,
  createTable,
  newId,
  packMessages,
  sameTable,
  summarise,
  writeCell,
  type CohortLeader,
  type LiveTable,
} from '@headframe/protocol'
import { array, assert, constantFrom, property, record } from 'fast-check'
import { deflateRawSync } from 'node:zlib'
import { beforeEach, expect, test } from 'vitest'
import { random } from '../random.ts'
import { siteStub } from '../test/rows.ts'
import { dropCohorts, loadReplica, storeBeat } from './beat-store.ts'
import { openFrames } from './frames.ts'
import { createLiveReplica } from './live-replica.ts'
import { newRelay, type RelayState } from './relay-book.ts'

beforeEach(() => reset())

const relay = newId('relay', random)
const at = 1_790_000_000_000
const summary = summarise([], { now: at, staleAfterMs: 120_000, relaySilent: false })

/** A relay whose beats are stored, with the table that control has after each. */
class Beating {
  readonly replica = createLiveReplica()
  readonly leaders = new Map<number, { leader: CohortLeader; table: LiveTable }>()
  state: RelayState = newRelay({ id: relay, name: 'box' }, at)
  #made = 0
  #epoch = 1
  readonly sql

  constructor(sql: SqlStorage, beats = 0) {
    for (const table of ['beat', 'snapshot', 'beat_ring', 'keyframe_ring']) sql.exec(`DELETE FROM ${table}`)
    this.sql = sql
    this.state = { ...this.state, ring: { id: 1, beats } }
  }

  /** A message with a beat of each of these. */
  message(cohorts: readonly number[], slots = 4): Uint8Array {
    this.#made += 1
    const frames = [...new Set(cohorts)].map(cohort => {
      const fresh = { leader: createLeader({ relay, epoch: this.#epoch, cohort }), table: createTable(slots) }
      const { leader, table } = this.leaders.get(cohort) ?? fresh
      this.leaders.set(cohort, { leader, table })
      writeCell(table, { column: columns.powerW, slot: 0, value: 1000 + this.#made })
      return leader.beat(table, at + this.#made)!
    })
    const [message] = packMessages('beat', frames, deflateRawSync)
    const opened = openFrames(message!)
    if (!opened.ok) throw new Error(opened.error)
    for (const ack of this.replica.apply('beat', opened.frames).durable) this.leaders.get(ack.cohort)!.leader.acked(ack)
    return message!
  }

  beat(cohorts: readonly number[], slots = 4): void {
    const message = this.message(cohorts, slots)
    this.state = storeBeat(this.sql, this.state, { message, replica: this.replica, at, summary })
  }

  /** The relay comes back without these. */
  drop(cohorts: readonly number[]): void {
    this.#epoch += 1
    for (const cohort of cohorts) this.leaders.delete(cohort)
    this.state = dropCohorts(this.state, this.replica, cohorts)
  }

  /** True when what is on disk is what control has. */
  get isKept(): boolean {
    return sameReplica(loadReplica(this.sql, this.state), this.replica)
  }
}

type Replica = ReturnType<typeof createLiveReplica>

function sameReplica(a: Replica, b: Replica): boolean {
  const cursors = (replica: Replica) => replica.cursors().toSorted((x, y) => x.cohort - y.cohort)
  const same = JSON.stringify(cursors(a)) === JSON.stringify(cursors(b))
  return same && cursors(a).every(({ cohort }) => sameTable(tableOf(a, cohort), tableOf(b, cohort)))
}

const tableOf = (replica: Replica, cohort: number) =>
  replica.tables()[replica.cursors().findIndex(cursor => cursor.cohort === cohort)]!

const inActor = (run: (sql: SqlStorage) => void) =>
  runInDurableObject(siteStub(newId('site', random)), (_actor, { storage }) => run(storage.sql))

/** Which cohorts each message has a beat of. */
const histories = array(array(constantFrom(0, 1, 2, 3, 4, 5, 6, 11), { minLength: 1, maxLength: 4 }), { maxLength: 17 })

test('waking brings back every cohort, however its beats were spread over messages', () =>
  inActor(sql =>
    assert(
      // From the start; over the turn of an hour; over the end of the ring.
      property(histories, constantFrom(0, 53, 8 * 1440 - 9), (history, beats) => {
        const beating = new Beating(sql, beats)
        for (const cohorts of history) beating.beat(cohorts)
        expect(beating.isKept).toBe(true)
      }),
      { numRuns: 100 },
    ),
  ))

test('waking brings back no cohort that its relay came back without, and those that it has again', () =>
  inActor(sql => {
    const cohorts = array(constantFrom(0, 1, 5, 6, 11), { minLength: 1, maxLength: 4 })
    const steps = array(record({ kind: constantFrom('beat', 'beat', 'drop'), cohorts }), { maxLength: 17 })
    assert(
      property(steps, constantFrom(0, 53, 8 * 1440 - 9), (history, beats) => {
        const beating = new Beating(sql, beats)
        for (const step of history) {
          if (step.kind === 'beat') beating.beat(step.cohorts)
          else beating.drop(step.cohorts)
          expect(beating.isKept).toBe(true)
        }
      }),
      { numRuns: 100 },
    )
  }))

test('the table of any beat that is kept can be read again', () =>
  inActor(sql => {
    const beating = new Beating(sql)
    const past: { beats: number; powerW: number }[] = []
    for (let beats = 1; beats <= 200; beats++) {
      beating.beat(beats % 7 === 0 ? [0, 1, 2, 3, 4, 5, 6] : [beats % 7])
      past.push({ beats, powerW: tableOf(beating.replica, beats % 7).columns.get(columns.powerW.id)![0]! })
    }
    const read = past.map(({ beats }) => ({
      beats,
      powerW: tableOf(loadReplica(sql, beating.state, beats), beats % 7).columns.get(columns.powerW.id)![0]!,
    }))
    expect(read).toEqual(past)
  }))

test('what the release before stored is found, and gives way to the ring turn by turn', () =>
  inActor(sql => {
    const beating = new Beating(sql)
    beating.state = { ...beating.state, ring: null }
    for (let turn = 0; turn < 5; turn++) {
      const message = beating.message([turn, turn + 5])
      sql.exec('INSERT INTO beat (relay, turn, body) VALUES (?, ?, ?)', relay, turn, Uint8Array.from(message).buffer)
    }
    beating.state = { ...beating.state, beats: 5 }
    expect(beating.isKept).toBe(true)
    for (let count = 0; count < 12; count++) {
      beating.beat([count % 10])
      expect(beating.isKept).toBe(true)
    }
  }))

test('no row is over 1.9 MB: a cohort that finds no room is asked for again on waking', () =>
  inActor(sql => {
    const beating = new Beating(sql)
    // Thirteen cohorts of one group, with numbers that cannot be made shorter.
    const group = Array.from({ length: 13 }, (_, index) => index * 5)
    for (const cohort of group) {
      const table = createTable(4096)
      for (const codes of table.columns.values()) {
        for (let slot = 0; slot < codes.length; slot++) codes[slot] = Math.imul(slot + 7919 * cohort, 0x9e3779b1) >>> 12
      }
      beating.leaders.set(cohort, { leader: createLeader({ relay, epoch: 1, cohort }), table })
      beating.message([cohort])
    }
    beating.beat([0])
    const query = 'SELECT max(length(body)) AS longest FROM keyframe_ring'
    expect(sql.exec<{ longest: number }>(query).one().longest).toBeLessThanOrEqual(1_900_000)
    expect(loadReplica(sql, beating.state).cursors().length).toBeGreaterThan(5)
  }))
