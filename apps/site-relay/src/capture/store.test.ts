import {
  mkdtempSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  truncateSync,
  openSync,
  writeSync,
  closeSync,
  cpSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId, type StratumSession } from '@headframe/protocol'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Clock } from './clock.ts'
import { messageEntry } from './entry.fixture.ts'
import type { Entry } from './entry.ts'
import { freshSession } from './fresh-session.ts'
import { openCaptureStore, type CaptureStore } from './store.ts'

const mebibyte = 1_048_576
let dir = ''
let store: CaptureStore
let wallMs = Date.UTC(2026, 10, 20)
const said: string[] = []
const clock: Clock = { wallMs: () => wallMs, monotonicUs: () => 0 }
const log = pino({ level: 'error' }, { write: (line: string) => void said.push(line) })

const open = (maxBytes = 64 * mebibyte) => openCaptureStore({ dir, maxBytes }, { clock, log })
const write = (entries: readonly Entry[], progress = new Map<string, number>()) =>
  store.write({ entries, sessions: [], progress, dropped: 0 })
const page = (limit = 10) => store.messages.page({ session: null, before: Number.MAX_SAFE_INTEGER, limit })
const seqs = (entries: readonly Entry[]) => entries.map(entry => entry.message.seq)
const segments = () => readdirSync(dir).filter(name => name.startsWith('messages-') && name.endsWith('.db'))

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'headframe-store-'))
  wallMs = Date.UTC(2026, 10, 20)
  said.length = 0
  store = open()
})
afterEach(() => {
  store.close()
  rmSync(dir, { recursive: true })
})

test('gives back what was written, newest first, and of one session', () => {
  const mine = messageEntry({ seq: 2, owner: 2, latencyUs: 12.5, forwardedUs: null, parseError: 'not JSON' })
  write([messageEntry({ seq: 1 }), mine, messageEntry({ seq: 3 })])
  expect(seqs(page())).toEqual([3, 2, 1])
  expect(store.messages.page({ session: mine.message.session, before: 10, limit: 10 })).toEqual([mine])
  expect(store.messages.message(2)).toEqual(mine)
  expect(store.messages.message(4)).toBeNull()
})

test('keeps its place over a restart', () => {
  write([messageEntry({ seq: 7 })], new Map([['run', 12]]))
  store.close()
  store = open()
  expect({ last: store.lastSeq(), progress: store.progress() }).toEqual({ last: 7, progress: new Map([['run', 12]]) })
})

test('begins a new file each day, and reads across them', () => {
  write([messageEntry({ seq: 1 })], new Map([['run', 1]]))
  wallMs += 86_400_000
  write([messageEntry({ seq: 2 })])
  expect(segments()).toEqual(['messages-000000000000001-20261120.db', 'messages-000000000000002-20261121.db'])
  expect(seqs(page())).toEqual([2, 1])
})

test('a new file knows all that the one before it knew of proxies', () => {
  const progress = new Map([['run', 1]])
  write([messageEntry({ seq: 1 })], progress)
  wallMs += 86_400_000
  write([messageEntry({ seq: 2 })], progress)
  store.close()
  store = open()
  expect(store.progress()).toEqual(new Map([['run', 1]]))
})

test('takes no more disk than it may: the oldest file goes first', () => {
  store.close()
  store = open(4 * mebibyte)
  let seq = 0
  for (let batch = 0; batch < 80; batch++) {
    write(Array.from({ length: 20 }, () => messageEntry({ seq: ++seq, text: 'x'.repeat(8000) })))
  }
  const onDisk = readdirSync(dir).reduce((sum, name) => sum + statSync(join(dir, name)).size, 0)
  const { messages, sizeBytes } = store.size()
  expect(onDisk).toBeLessThan(6 * mebibyte)
  expect(sizeBytes).toBeLessThanOrEqual(4.5 * mebibyte)
  expect(seqs(page(3))).toEqual([1600, 1599, 1598])
  expect(messages).toBeGreaterThan(200)
  expect(store.messages.message(1)).toBeNull()
  expect(store.messages.page({ session: null, before: 1600, limit: 5000 })).toHaveLength(messages - 1)
})

test('a damaged file is set aside with one line, and the rest can be read', () => {
  write([messageEntry({ seq: 1 })])
  wallMs += 86_400_000
  write([messageEntry({ seq: 2 })])
  store.close()
  damage(segments()[0]!)
  store = open()
  expect(seqs(page())).toEqual([2])
  expect(store.size()).toMatchObject({ damagedFiles: 1, messages: 1 })
  expect(said).toHaveLength(1)
  expect(said[0]).toContain('messages-000000000000001-20261120.db is damaged')
})

test('the file that is written can be damaged too, while it is written or before', () => {
  write(Array.from({ length: 200 }, (_, i) => messageEntry({ seq: i + 1, text: 'x'.repeat(1000) })))
  store.close()
  damage(segments()[0]!)
  store = open()
  write([messageEntry({ seq: 201 })])
  expect({ last: store.lastSeq(), seqs: seqs(page()) }).toEqual({ last: 201, seqs: [201] })
})

test('a day that begins on a disk without room is begun once there is some, and read once', () => {
  write([messageEntry({ seq: 1 })])
  wallMs += 86_400_000
  const away = `${dir}-away`
  renameSync(dir, away)
  for (const seq of [2, 3, 4]) write([messageEntry({ seq })])
  renameSync(away, dir)
  write([messageEntry({ seq: 5 })])
  expect({ seqs: seqs(page()), dropped: store.size().dropped, lines: said.length }).toEqual({
    seqs: [5, 1],
    dropped: 3,
    lines: 1,
  })
})

test('a damaged list of sessions begins anew, and the messages stay', () => {
  write([messageEntry({ seq: 1 })])
  store.close()
  writeFileSync(join(dir, 'sessions.db'), 'this is no database, and never was one'.repeat(200))
  store = open()
  expect({ sessions: store.sessions.list(10), seqs: seqs(page()) }).toEqual({ sessions: [], seqs: [1] })
  expect(readdirSync(dir)).toContain('sessions.db.corrupt')
})

test('a file cut short costs what is in it, and no crash', () => {
  write(Array.from({ length: 500 }, (_, i) => messageEntry({ seq: i + 1, text: 'x'.repeat(500) })))
  store.close()
  truncateSync(join(dir, segments()[0]!), 8192)
  store = open()
  expect(page(1000).length).toBeLessThan(500)
  write([messageEntry({ seq: 501 })])
  expect(seqs(page(1))).toEqual([501])
})

test('a session that is only in the file of messages yet survives a kill', () => {
  const session = sessionOf(3, null)
  store.write({ entries: [], sessions: [{ proxy: 'run', session }], progress: new Map(), dropped: 4 })
  const killed = `${dir}-killed`
  cpSync(dir, killed, { recursive: true })
  store.close()
  rmSync(dir, { recursive: true })
  renameSync(killed, dir)
  store = open()
  expect(store.sessions.running()).toEqual([{ proxy: 'run', session }])
  expect(store.size().dropped).toBe(4)
})

test('lists running sessions first, then the latest, wherever they are kept', () => {
  const put = (...sessions: StratumSession[]) =>
    store.write({
      entries: [],
      sessions: sessions.map(session => ({ proxy: 'run', session })),
      progress: new Map(),
      dropped: 0,
    })
  put(sessionOf(1, null), sessionOf(2, 20), sessionOf(3, 30))
  store.close()
  store = open()
  put(sessionOf(1, 40), sessionOf(4, null))
  expect(store.sessions.list(3).map(session => session.startedAt)).toEqual([4, 3, 2])
  expect(store.sessions.get(sessionOf(1, null).id)?.endedAt).toBe(40)
})

function sessionOf(startedAt: number, endedAt: number | null): StratumSession {
  const id = newId('session', bytes => bytes.fill(startedAt))
  return { ...freshSession({ id, peer: 'miner', listener: 'here', pool: 'there', startedAt }), endedAt }
}

/** Overwrites the first page, as a disk does that lies. */
function damage(name: string): void {
  const file = openSync(join(dir, name), 'r+')
  writeSync(file, Buffer.alloc(4096, 0x5a), 0, 4096, 0)
  closeSync(file)
}
