import {
  closes,
  columns,
  createLeader,
  createTable,
  decodeFrame,
  relayId,
  writeCell,
  type Frame,
} from '@headframe/protocol'
import { dialWith } from '../../../apps/site-relay/src/link/dial.ts'
import { createFrameQueue } from '../../../apps/site-relay/src/link/frame-queue.ts'
import type { WireEvents } from '../../../apps/site-relay/src/link/wire.ts'
import { anEnrolment } from '../../../apps/site-relay/src/store/builders.ts'
import type { ActorCode } from '../actor/code.ts'
import type { Chance } from '../world/chance.ts'

type Violated = (rule: string, text: string) => void

/** Frames leave in order, and none are made while some wait or much is under way [S3] [S7]. */
export function tryFrameQueue(chance: Chance, violated: Violated): void {
  let room = 0
  let queued = 0
  const left: number[] = []
  const queue = createFrameQueue({
    sendFrames: payload => {
      if (room === 0) return false
      room -= 1
      left.push(payload[0] ?? 0)
      return true
    },
    queued: () => queued,
  })
  let made = 0
  const look = () => {
    const isEmpty = left.length === made && queued < 64 * 1024
    if (queue.isEmpty() !== isEmpty)
      violated('S7', `${made - left.length} frames wait, ${queued} bytes: ${queue.isEmpty()}`)
  }
  for (let step = 0; step < 40; step += 1) {
    room = chance.between(0, 3)
    queued = chance.pick([0, 64 * 1024 - 1, 64 * 1024])
    const messages = Array.from({ length: chance.between(0, 3) }, () => Uint8Array.of((made += 1)))
    if (chance.yes(0.5)) queue.push(messages)
    else {
      made -= messages.length
      queue.pump()
    }
    look()
  }
  room = Infinity
  queue.pump()
  if (left.join() !== Array.from({ length: made }, (_, index) => index + 1).join())
    violated('S3', `frames leave as ${left.join()}`)
}

const relay = relayId.parse('relay_SIMULATED00001')

function frameOf(cohort: number, slots: number): Frame {
  const table = createTable(slots)
  writeCell(table, { column: columns.chipTempC, slot: 0, value: cohort % 90 })
  const bytes = createLeader({ relay, epoch: 1, cohort }).beat(table, 1_790_000_000_000)
  const decoded = decodeFrame(bytes ?? new Uint8Array())
  if (!decoded.ok) throw new Error(decoded.error.text)
  return decoded.frame
}

/** The tables of a relay are in order, and as many as an isolate has memory for. */
export function tryReplica({ createLiveReplica }: ActorCode, violated: Violated): void {
  const replica = createLiveReplica()
  // Cohorts that cannot be followed have no rows.
  const lost = frameOf(90, 4096)
  replica.apply('beat', [{ ...lost, header: { ...lost.header, baseEpoch: 9, baseSeq: 9 } }])
  for (const cohort of [40, 7, 23]) replica.apply('beat', [frameOf(cohort, 4096)])
  if (replica.cohorts().join() !== '7,23,40') violated('S4', `cohorts are told as ${replica.cohorts().join()}`)
  for (let cohort = 100; replica.cohorts().length < 63; cohort += 1) replica.apply('beat', [frameOf(cohort, 4096)])
  if (!replica.apply('beat', [frameOf(1, 4095)]).changed) violated('S5', 'a relay has too few rows')
  if (replica.apply('beat', [frameOf(2, 2)]).changed) violated('S7', 'a relay has rows without an end')
  if (!replica.apply('beat', [frameOf(3, 1)]).changed) violated('S5', 'a relay has a row too few')
}

/** A dialler waits longer each time, and begins anew after a good connection; one that was refused comes back seldom. */
export async function tryDialling(violated: Violated): Promise<void> {
  const end = new AbortController()
  const pauses: number[] = []
  let now = 0
  let up = false
  let dials = 0
  let removed = 0
  const { promise: over, resolve } = Promise.withResolvers<void>()
  const dial = dialWith({
    clock: {
      monotonic: () => now,
      every: () => {},
      sleep: async ms => {
        pauses.push(Math.round(ms))
        now += ms
        if (pauses.length >= 11) end.abort()
        if (end.signal.aborted) resolve()
      },
    },
    openWire: (_url, events) => {
      dials += 1
      queueMicrotask(() => connectOnce(events, dials))
      return wire
    },
  })

  /** The ninth connection is a good one, and the last is refused for good. */
  function connectOnce(events: WireEvents, nth: number): void {
    if (nth === 9) {
      events.opened()
      up = true
      now += 60_000
    } else events.failed('no way there')
    events.closed(nth === 11 ? closes.boxRemoved.code : 1006, '')
    up = false
  }

  dial({
    link: { ...silentLink, state: () => (up ? 'up' : 'down') },
    enrolled: anEnrolment(1),
    log: () => {},
    random: () => 1,
    removed: () => {
      removed += 1
    },
    signal: end.signal,
  })
  await over
  const expected = [500, 1000, 2000, 4000, 6000, 6000, 6000, 6000, 500, 1000, 360_000].join()
  if (pauses.join() !== expected) violated('S5', `a dialler waits ${pauses.join()} ms instead of ${expected}`)
  if (removed !== 1) violated('S8', `a box is told ${removed} times that it was taken away`)
}

const wire = {
  send: () => {},
  isOpen: () => true,
  bufferedBytes: () => 0,
  ping: () => {},
  close: () => {},
  terminate: () => {},
}

const session = {
  onChunk: () => {},
  pump: () => {},
  send: () => true,
  sendFrames: () => true,
  sendEvents: () => true,
  sendHistory: () => true,
  queued: () => 0,
}

const silentLink = {
  connect: () => session,
  disconnect: () => {},
  tick: () => {},
  beatSoon: () => {},
  onReading: () => {},
  say: () => false,
  watched: () => new Set<never>(),
  sinceAt: () => 0,
  reached: () => null,
}
