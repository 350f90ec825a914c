import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { newId, type CapturedMessage } from '@headframe/protocol'
import { pino } from 'pino'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createCaptureLink, type CaptureLink } from '../proxy/capture-link.ts'
import { startCapture, type Capture } from './capture.ts'
import { connectCapture, type CaptureClient } from './client.ts'
import { systemClock } from './clock.ts'
import { captureSockets } from './socket-path.ts'

let data = ''
let capture: Capture | null = null
let client: CaptureClient
let hasClient = false
let link: CaptureLink
const viewers: Socket[] = []

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'headframe-capture-'))
  link = createCaptureLink({ path: captureSockets(data).copies, proxy: 'b'.repeat(32), limitBytes: 8_000_000 })
})
afterEach(async () => {
  if (hasClient) client[Symbol.dispose]()
  hasClient = false
  await link.stop(0)
  for (const viewer of viewers.splice(0)) viewer.destroy()
  capture?.stop()
  capture = null
  rmSync(data, { recursive: true })
})

async function start(): Promise<void> {
  const options = { dir: join(data, 'capture'), maxBytes: 2 ** 28, sockets: captureSockets(data) }
  capture = await startCapture(options, { clock: systemClock, log: pino({ level: 'silent' }) })
  if (!hasClient) client = connectCapture(captureSockets(data).api)
  hasClient = true
}

/** A session that says these lines to its pool. */
function talk(...lines: readonly string[]) {
  const session = link.open({
    id: newId('session', bytes => crypto.getRandomValues(bytes)),
    peer: '127.0.0.1:1',
    listener: '127.0.0.1:2',
    pool: 'stratum+tcp://pool:3',
    startedAt: systemClock.wallMs(),
  })
  const say = (line: string) => {
    const at = systemClock.monotonicUs()
    const times = { receivedAt: systemClock.wallMs(), receivedUs: at, forwardedUs: at }
    link.copied(session, { direction: 'to-pool', bytes: Buffer.from(line), ...times })
  }
  for (const line of lines) say(line)
  return { id: session.session.id, say }
}

/** Collects a tail from now on; `until` waits for what it needs to have seen. */
async function follow(filter: Parameters<CaptureClient['tail']>[0] = {}) {
  const seen: CapturedMessage[] = []
  let skipped = 0
  let wake: () => void = () => undefined
  const tail = client.tail(filter, (messages, missed) => {
    seen.push(...messages)
    skipped += missed
    wake()
  })
  const until = async (is: () => boolean) => {
    while (!is()) await new Promise<void>(resolve => (wake = resolve))
  }
  await client.health()
  return { seen, until, tail, skipped: () => skipped }
}

const ping = (id: number) => `{"id":${id},"method":"mining.ping","params":[]}\n`

test('fails at once when the capture is away, and works as soon as it is there', async () => {
  using early = connectCapture(captureSockets(data).api)
  await expect(early.health()).rejects.toMatchObject({ name: 'CaptureError', code: 'capture-down' })
  await start()
  const counts = { messages: 0, dropped: 0, behindMs: 0, sizeBytes: expect.any(Number) }
  expect(await client.health()).toEqual({ running: true, ...counts })
})

test('answers about sessions and messages, and follows them', async () => {
  await start()
  const all = await follow()
  const { id } = talk('{"id":1,"method":"mining.subscribe","params":["bitaxe/1"]}\n', ping(2), 'half a line')
  await all.until(() => all.seen.length === 2)
  expect(await client.sessions(5)).toMatchObject([{ id, agent: 'bitaxe/1', messagesToPool: 2, bytesToPool: 114 }])
  expect(await client.session(id)).toMatchObject({ id })
  expect(await client.session(newId('session', bytes => bytes))).toBeNull()
  const found = await client.messages({ session: id, text: 'BITAXE' }, null, 10)
  expect(found).toMatchObject({ messages: [all.seen[0]], more: false })
  const detail = await client.message(all.seen[1]!.seq)
  expect(Buffer.from(detail!.rawBase64, 'base64').toString()).toBe(ping(2))
  expect(detail!.decoded).toMatchObject({ kind: 'request', method: 'mining.ping', call: { kind: 'ping' }, check: null })
  expect(await client.message(99)).toBeNull()
})

test('a tail goes on where it was when the capture comes back, and says what it missed', async () => {
  await start()
  const tail = await follow()
  const { say } = talk(ping(1))
  await tail.until(() => tail.seen.length === 1)
  capture?.stop()
  for (let id = 2; id <= 5; id++) say(ping(id))
  await start()
  await tail.until(() => tail.seen.length + tail.skipped() === 5)
  say(ping(6))
  await tail.until(() => tail.seen.at(-1)?.seq === 6)
  expect(tail.seen.length + tail.skipped()).toBe(6)
})

test('[S7] a viewer that stops reading stops nobody else, and a slow one is moved on', async () => {
  await start()
  const stopped = connect(captureSockets(data).api)
  viewers.push(stopped)
  await once(stopped, 'connect')
  stopped.pause()
  stopped.write('{"type":"tail","id":1,"filter":{},"from":0}\n')
  let release: () => void = () => undefined
  const slow: number[] = []
  const slowAgain = new Promise<void>(again => {
    client.tail({}, async (messages, skipped) => {
      slow.push(messages.length + skipped)
      if (slow.length === 2) again()
      await new Promise<void>(resolve => (release = resolve))
    })
  })
  const quick = await follow()
  const { say } = talk()
  for (let id = 1; id <= 6000; id++) say(ping(id))
  await quick.until(() => quick.seen.length + quick.skipped() === 6000)
  expect(slow).toHaveLength(1)
  release()
  await slowAgain
  expect(slow[1]).toBeGreaterThan(1000)
})

test('[X1] a password is in no file and in no answer', async () => {
  await start()
  const tail = await follow()
  const { id } = talk(
    '{"id":1,"method":"mining.authorize","params":["w.1","hunter2-secret"]}\n',
    '{"params":["w.1","hunter2-secret"],"id":1,"method":"mining.auth',
    'orize"}\n',
    '{"id":1,"method":"mining.authorize","params":["w.1","hunter2-secret"\n',
    '{"id":1,"method":"mining.authorize","params":["w.1","hunter2-secret"]}',
  )
  await tail.until(() => tail.seen.length === 3)
  const { messages } = await client.messages({ session: id }, null, 10)
  const details = await Promise.all(messages.map(message => client.message(message.seq)))
  const raw = details.map(detail => Buffer.from(detail!.rawBase64, 'base64').toString())
  const answers = JSON.stringify([tail.seen, messages, details, raw, await client.sessions(10)])
  capture?.stop()
  capture = null
  const dir = join(data, 'capture')
  const files = readdirSync(dir).map(name => readFileSync(join(dir, name)).toString('latin1'))
  expect(details).toHaveLength(3)
  expect([answers, ...files].filter(text => text.includes('hunter2'))).toEqual([])
})

test('[X2] a question out of bounds is refused with the reason, and stops no other', async () => {
  await start()
  const [bad, good] = await Promise.allSettled([client.messages({}, null, 100_000), client.health()])
  expect(bad).toMatchObject({ reason: { code: 'refused', message: expect.stringContaining('ask.limit') } })
  expect(good.status).toBe('fulfilled')
})

test('[X2] a connection that speaks something else is cut off, and nothing more', async () => {
  await start()
  const stranger = connect(captureSockets(data).api)
  viewers.push(stranger)
  stranger.write('GET /sessions HTTP/1.1\n')
  await once(stranger, 'close')
  const other = connect(captureSockets(data).copies)
  viewers.push(other)
  other.write('GET / HTTP/1.1\r\n\r\n')
  await new Promise(resolve => other.on('close', resolve))
  expect(await client.health()).toMatchObject({ running: true })
})

test('a second capture on the same folder is refused', async () => {
  await start()
  const first = capture
  await expect(start()).rejects.toThrow('another capture process is running on this data folder')
  capture = first
})
