import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId } from '@headframe/protocol'
import { decodeMessage } from '@headframe/stratum'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { CopyRecord } from './copy-record.ts'
import { createRecorder, type Recorder } from './recorder.ts'
import { openCaptureStore, type CaptureStore } from './store.ts'

let dir = ''
let store: CaptureStore
let recorder: Recorder
let nowUs = 1_000_000
const clock = { wallMs: () => 1_795_000_000_000 + nowUs / 1000, monotonicUs: () => nowUs }
const proxy = 'a'.repeat(32)

beforeEach(() => {
  nowUs = 1_000_000
  dir = mkdtempSync(join(tmpdir(), 'headframe-recorder-'))
  start()
})
afterEach(() => {
  store.close()
  rmSync(dir, { recursive: true })
})

function start(): void {
  store = openCaptureStore({ dir, maxBytes: 2 ** 26 }, { clock, log: pino({ level: 'silent' }) })
  recorder = createRecorder({ store, clock, decode: decodeMessage, onEntry: () => undefined })
}

/** As after `kill -9`: what was not flushed is lost. */
function killAndStart(): void {
  store.close()
  start()
}

const session = {
  id: newId('session', bytes => bytes.fill(7)),
  peer: '127.0.0.1:1',
  listener: '127.0.0.1:2',
  pool: 'stratum+tcp://pool:3',
  startedAt: 5,
}
const announce: CopyRecord[] = [{ kind: 'session', handle: 1, session }, { kind: 'announced' }]
const bytes = (number: number, text: string): CopyRecord => ({
  kind: 'bytes',
  number,
  handle: 1,
  direction: 'to-pool',
  receivedAt: 1,
  receivedUs: nowUs - 4000,
  forwardedUs: null,
  bytes: new Uint8Array(Buffer.from(text)),
})
const ping = (id: number) => `{"id":${id},"method":"mining.ping","params":[]}\n`
const connect = (...records: CopyRecord[]) => {
  const feed = recorder.connect(proxy)
  for (const record of records) feed.take(record)
  return feed
}
const messages = () => store.messages.page({ session: null, before: 1e9, limit: 1000 }).map(entry => entry.message.seq)

test('[S1] says what is stored after it is stored', () => {
  const feed = connect(...announce, bytes(1, ping(1)), bytes(2, ping(2)))
  expect(feed.storedNumber()).toBe(0)
  recorder.flush()
  expect({ stored: feed.storedNumber(), messages: messages() }).toEqual({ stored: 2, messages: [2, 1] })
})

test('[S2] copies that come twice are taken once', () => {
  connect(...announce, bytes(1, ping(1)), bytes(2, ping(2)))
  recorder.flush()
  killAndStart()
  connect(...announce, bytes(1, ping(1)), bytes(2, ping(2)), bytes(3, ping(3)))
  recorder.flush()
  expect(messages()).toEqual([3, 2, 1])
  expect(recorder.session(session.id)).toMatchObject({ messagesToPool: 3, endedAt: null })
})

test('a session goes on when its proxy announces it to the next capture', () => {
  connect(...announce, bytes(1, ping(1)))
  recorder.flush()
  killAndStart()
  nowUs += 60_000_000
  connect(...announce)
  recorder.expire(10_000)
  expect(recorder.session(session.id)).toMatchObject({ endedAt: null, messagesToPool: 1 })
})

test('a session whose proxy does not come back is ended by the next capture', () => {
  connect(...announce)
  recorder.flush()
  killAndStart()
  recorder.expire(10_000)
  expect(recorder.session(session.id)?.endedAt).toBeNull()
  nowUs += 11_000_000
  recorder.expire(10_000)
  expect(recorder.session(session.id)).toMatchObject({ endReason: 'capture restarted', endedAt: clock.wallMs() })
})

test('a session that a returning proxy no longer has is ended', () => {
  connect(...announce).close()
  connect({ kind: 'announced' })
  expect(recorder.session(session.id)?.endReason).toBe('ended unseen')
})

test('sessions of a killed proxy are ended after a while', () => {
  connect(...announce).close()
  nowUs += 11_000_000
  recorder.expire(10_000)
  expect(recorder.session(session.id)?.endReason).toBe('proxy gone')
})

test('[P2] says how late it is and how much was dropped', () => {
  const gap = { kind: 'gap', number: 2, handle: 1, direction: 'to-pool', chunks: 12, bytes: 999 } as const
  connect(...announce, bytes(1, ping(1)), { ...gap, receivedAt: 1, receivedUs: nowUs - 4000 })
  recorder.flush()
  expect(recorder.health()).toMatchObject({ running: true, messages: 2, dropped: 12, behindMs: 4 })
  nowUs += 2_000_000
  expect(recorder.health().behindMs).toBe(0)
  killAndStart()
  expect(recorder.health().dropped).toBe(12)
})

test('a session ends when and why its proxy says', () => {
  connect(...announce, { kind: 'end', number: 1, handle: 1, endedAt: 99, reason: 'pool closed' })
  expect(recorder.sessions(10)).toMatchObject([{ id: session.id, endedAt: 99, endReason: 'pool closed' }])
})
