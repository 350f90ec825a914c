import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { newId } from '@headframe/protocol'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCopyDecoder, encodeCopy, type CopyRecord } from '../capture/copy-record.ts'
import { createCaptureLink, type CaptureLink } from './capture-link.ts'
import type { Copied } from './outbox.ts'

let dir = ''
let link: CaptureLink | null = null
let server: CaptureDouble | null = null
const path = () => join(dir, 'capture.sock')

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'headframe-link-'))
})
afterEach(async () => {
  await link?.stop(0)
  server?.close()
  rmSync(dir, { recursive: true })
})

/** A capture process that stores nothing and remembers what it was told. */
interface CaptureDouble {
  readonly records: CopyRecord[]
  until(is: (records: readonly CopyRecord[]) => boolean): Promise<void>
  confirm(number: number): void
  stopReading(): void
  close(): void
}

async function listen(storedNumber: number): Promise<CaptureDouble> {
  const records: CopyRecord[] = []
  const sockets = new Set<Socket>()
  let wake: () => void = () => undefined
  const listening: Server = createServer(socket => {
    const decoder = createCopyDecoder()
    sockets.add(socket)
    socket.on('error', () => undefined)
    socket.on('data', chunk => {
      const came = decoder.push(chunk)
      records.push(...came)
      if (came.some(record => record.kind === 'hello'))
        socket.write(encodeCopy({ kind: 'stored', number: storedNumber }))
      wake()
    })
  })
  rmSync(path(), { force: true })
  listening.listen(path())
  await once(listening, 'listening')
  return {
    records,
    async until(is) {
      while (!is(records)) await new Promise<void>(resolve => (wake = resolve))
    },
    confirm: number => sockets.forEach(socket => socket.write(encodeCopy({ kind: 'stored', number }))),
    stopReading: () => sockets.forEach(socket => socket.pause()),
    close() {
      listening.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}

const start = (limitBytes = 1_000_000) => createCaptureLink({ path: path(), proxy: '0'.repeat(32), limitBytes })

const session = (fill: number) => ({
  id: newId('session', bytes => bytes.fill(fill)),
  peer: '127.0.0.1:1',
  listener: '127.0.0.1:2',
  pool: 'stratum+tcp://pool:3',
  startedAt: 0,
})

const copied = (text: string): Copied => ({
  direction: 'to-pool',
  bytes: Buffer.from(text),
  receivedAt: 1,
  receivedUs: 2,
  forwardedUs: 3,
})

const ofKind = (records: readonly CopyRecord[], kind: CopyRecord['kind']) =>
  records.filter(record => record.kind === kind)

test('announces a session before its bytes, and says which run', async () => {
  server = await listen(0)
  link = start()
  const one = link.open(session(1))
  link.copied(one, copied('a'))
  link.close(one, 9, 'miner closed')
  await server.until(records => ofKind(records, 'end').length === 1)
  expect(server.records.map(record => record.kind)).toEqual(['hello', 'session', 'announced', 'bytes', 'end'])
})

test('[P2] keeps what happens while the capture is away, and tells it when it comes', async () => {
  link = start()
  const gone = link.open(session(1))
  link.copied(gone, copied('a'))
  link.close(gone, 9, 'miner closed')
  link.open(session(2))
  server = await listen(0)
  await server.until(records => ofKind(records, 'end').length === 1)
  expect(ofKind(server.records, 'session')).toHaveLength(2)
  expect(server.records.map(record => record.kind)).toEqual([
    'hello',
    'session',
    'session',
    'announced',
    'bytes',
    'end',
  ])
})

test('sends again what a killed capture had not stored, and announces running sessions anew', async () => {
  server = await listen(0)
  link = start()
  const one = link.open(session(1))
  for (const text of ['a', 'b', 'c']) link.copied(one, copied(text))
  await server.until(records => ofKind(records, 'bytes').length === 3)
  server.close()
  server = await listen(2)
  await server.until(records => ofKind(records, 'bytes').length === 1)
  expect(server.records).toMatchObject([
    { kind: 'hello' },
    { kind: 'session', handle: 1 },
    { kind: 'announced' },
    { kind: 'bytes', number: 3 },
  ])
})

test('[P2] a capture that does not read costs a bounded amount, and learns of its gap', async () => {
  server = await listen(0)
  link = start(100_000)
  const one = link.open(session(1))
  await server.until(records => ofKind(records, 'announced').length === 1)
  server.stopReading()
  const big = 'x'.repeat(10_000)
  for (let i = 0; i < 100; i++) link.copied(one, copied(big))
  const { waitingBytes, droppedChunks } = link.stats()
  expect(waitingBytes).toBeLessThanOrEqual(100_000)
  expect(droppedChunks).toBeGreaterThanOrEqual(90)
  server.close()
  server = await listen(100 - droppedChunks)
  await server.until(records => ofKind(records, 'announced').length === 1)
  link.copied(one, copied('after'))
  await server.until(records => ofKind(records, 'bytes').length === 1)
  expect(ofKind(server.records, 'gap')).toMatchObject([{ chunks: droppedChunks, bytes: droppedChunks * 10_000 }])
})

test('stops when everything is stored', async () => {
  server = await listen(0)
  link = start()
  const one = link.open(session(1))
  link.close(one, 1, 'proxy stopped')
  await server.until(records => ofKind(records, 'announced').length === 1)
  const stopped = link.stop(60_000)
  await server.until(records => ofKind(records, 'end').length === 1)
  server.confirm(1)
  await stopped
})
