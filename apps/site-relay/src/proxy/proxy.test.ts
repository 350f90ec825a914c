import { connect, createServer, type Server, type Socket } from 'node:net'
import { once } from 'node:events'
import * as fc from 'fast-check'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { systemClock } from '../capture/clock.ts'
import { readRoute } from './address.ts'
import type { CaptureLink } from './capture-link.ts'
import { createCopiedSession, type Copied } from './outbox.ts'
import { startProxy, type Proxy } from './proxy.ts'

interface Ended {
  readonly copies: readonly Copied[]
  readonly reason: string
}

/** A stand-in for the way to the capture process, which remembers what it was given. */
function createLog() {
  const copies = new Map<number, Copied[]>()
  const ended: Ended[] = []
  let waiting: (() => void) | null = null
  let handles = 0
  const link: CaptureLink = {
    open(session) {
      const opened = createCopiedSession(++handles, session)
      copies.set(opened.handle, [])
      return opened
    },
    copied: (session, copied) => void copies.get(session.handle)?.push(copied),
    close(session, _endedAt, reason) {
      ended.push({ copies: copies.get(session.handle) ?? [], reason })
      waiting?.()
    },
    stats: () => ({ waitingBytes: 0, droppedChunks: 0, droppedBytes: 0, connected: true }),
    stop: async () => undefined,
  }
  const next = async (): Promise<Ended> => {
    while (ended.length === 0) await new Promise<void>(resolve => (waiting = resolve))
    return ended.shift()!
  }
  return { link, next }
}

const deps = {
  clock: systemClock,
  random: (bytes: Uint8Array) => crypto.getRandomValues(bytes),
  log: pino({ level: 'silent' }),
  dialTimeoutMs: 2000,
  graceMs: 500,
  takesOver: false,
}

const route = (pool: string) => readRoute({ listen: '127.0.0.1:0', pool })!

/** A pool, and a proxy to it. */
async function setUp() {
  const log = createLog()
  const arrivals: ((socket: Socket) => void)[] = []
  const atPools = new Set<Socket>()
  const pool = createServer({ allowHalfOpen: true }, socket => {
    atPools.add(socket.on('error', () => undefined))
    arrivals.shift()?.(socket)
  })
  pool.listen(0, '127.0.0.1')
  await once(pool, 'listening')
  const proxy = await startProxy([route(`stratum+tcp://127.0.0.1:${portOf(pool)}`)], { ...deps, captures: log.link })
  return {
    log,
    proxy,
    async pair() {
      const arrived = new Promise<Socket>(resolve => arrivals.push(resolve))
      const miner = dialProxy(proxy)
      return { miner, atPool: await arrived }
    },
    async [Symbol.asyncDispose]() {
      await proxy.stop('proxy stopped')
      for (const socket of atPools) socket.destroy()
      pool.close()
    },
  }
}
type Site = Awaited<ReturnType<typeof setUp>>

function portOf(server: Server): number {
  const bound = server.address()
  return bound === null || typeof bound === 'string' ? 0 : bound.port
}

function dialProxy(to: Proxy): Socket {
  const socket = connect({ port: Number(to.listening[0]!.split(':')[1]), host: '127.0.0.1', allowHalfOpen: true })
  return socket.setNoDelay(true).on('error', () => undefined)
}

async function say(socket: Socket, pieces: readonly Uint8Array[]): Promise<void> {
  for (const piece of pieces) await new Promise<void>(resolve => socket.write(piece, () => resolve()))
  socket.end()
}

async function hear(socket: Socket): Promise<Buffer> {
  const parts: Buffer[] = []
  socket.on('data', (part: Buffer) => parts.push(part))
  await once(socket, 'end')
  return Buffer.concat(parts)
}

const joined = (copies: readonly Copied[], direction: Copied['direction']) =>
  Buffer.concat(copies.filter(copy => copy.direction === direction).map(copy => copy.bytes))

interface Said {
  readonly toPool: readonly Uint8Array[]
  readonly toMiner: readonly Uint8Array[]
  readonly first: 'miner' | 'pool' | 'both'
}

async function exchange(site: Site, { toPool, toMiner, first }: Said) {
  const { miner, atPool } = await site.pair()
  const heardByPool = hear(atPool)
  const heardByMiner = hear(miner)
  const fromMiner = first === 'pool' ? heardByMiner.then(() => say(miner, toPool)) : say(miner, toPool)
  const fromPool = first === 'miner' ? heardByPool.then(() => say(atPool, toMiner)) : say(atPool, toMiner)
  await Promise.all([fromMiner, fromPool])
  const [atPoolBytes, atMinerBytes, ended] = await Promise.all([heardByPool, heardByMiner, site.log.next()])
  return { atPoolBytes, atMinerBytes, ended }
}

const submit = '{"id":4,"method":"mining.submit","params":["w","1","00000000","00000000","00000000"]}'
const piece = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc
    .constantFrom(
      `${submit}\n`,
      `${submit}\r\n`,
      submit.slice(0, 20),
      submit.slice(20),
      '\n\n\r\n',
      '\ufeff{"id":1}\n',
      '\u0000\n',
      'GET / HTTP/1.1\r\n\r\n',
    )
    .map(text => Buffer.from(text)),
  fc.constant(Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0x0a])),
)
const pieces = fc.array(piece, { maxLength: 12 })
const first = fc.constantFrom<Said['first'][]>('miner', 'pool', 'both')

test('[P1] bytes out are bytes in, both ways, whatever they are and however they are cut, to the last unterminated one', async () => {
  await using site = await setUp()
  await fc.assert(
    fc.asyncProperty(pieces, pieces, first, async (toPool, toMiner, first) => {
      const { atPoolBytes, atMinerBytes, ended } = await exchange(site, { toPool, toMiner, first })
      expect(atPoolBytes).toEqual(Buffer.concat(toPool))
      expect(atMinerBytes).toEqual(Buffer.concat(toMiner))
      expect(joined(ended.copies, 'to-pool')).toEqual(Buffer.concat(toPool))
      expect(joined(ended.copies, 'to-miner')).toEqual(Buffer.concat(toMiner))
    }),
    { numRuns: 60 },
  )
})

test('[P1] a line of 1 MB passes whole, in both directions at once', async () => {
  await using site = await setUp()
  const line = Buffer.concat([Buffer.alloc(1_048_576, 'a'), Buffer.from('\n')])
  const { atPoolBytes, atMinerBytes } = await exchange(site, {
    toPool: [line],
    toMiner: [line, Buffer.from('half a li')],
    first: 'both',
  })
  expect(atPoolBytes.equals(line)).toBe(true)
  expect(atMinerBytes.equals(Buffer.concat([line, Buffer.from('half a li')]))).toBe(true)
})

test('[P2] a copy says when its bytes came and when they were sent on, by one clock', async () => {
  await using site = await setUp()
  const before = systemClock.monotonicUs()
  const { ended } = await exchange(site, { toPool: [Buffer.from(submit)], toMiner: [], first: 'miner' })
  const [copy] = ended.copies
  expect(copy!.receivedUs).toBeGreaterThanOrEqual(before)
  expect(copy!.forwardedUs).toBeGreaterThanOrEqual(copy!.receivedUs)
  expect(copy!.forwardedUs).toBeLessThanOrEqual(systemClock.monotonicUs())
})

test('half a line goes on before its other half comes', async () => {
  await using site = await setUp()
  const { miner, atPool } = await site.pair()
  miner.write('{"id":1,"meth')
  const [part] = await once(atPool, 'data')
  expect(String(part)).toBe('{"id":1,"meth')
  miner.destroy()
  atPool.destroy()
  await site.log.next()
})

test('a pool that does not read stops its miner after a bounded number of bytes, and loses none', async () => {
  await using site = await setUp()
  const { miner, atPool } = await site.pair()
  atPool.pause()
  const chunk = Buffer.alloc(65_536, 'x')
  let sent = 0
  while (sent < 64 * 1_048_576) {
    const isTaken = await Promise.race([
      new Promise<boolean>(resolve => miner.write(chunk, () => resolve(true))),
      new Promise<boolean>(resolve => setTimeout(resolve, 200, false)),
    ])
    sent += chunk.length
    if (!isTaken) break
  }
  expect(sent).toBeLessThan(32 * 1_048_576)
  const heard = hear(atPool)
  miner.end()
  atPool.resume()
  expect((await heard).length).toBe(sent)
  atPool.end()
  miner.resume()
  await site.log.next()
})

test('[P3] a miner is told at once when its pool cannot be reached', async () => {
  const log = createLog()
  const closed = createServer().listen(0, '127.0.0.1')
  await once(closed, 'listening')
  const dead = `stratum+tcp://127.0.0.1:${portOf(closed)}`
  await new Promise(resolve => closed.close(resolve))
  const proxy = await startProxy([route(dead)], { ...deps, captures: log.link })
  const miner = dialProxy(proxy)
  miner.write(submit)
  await new Promise(resolve => miner.on('close', resolve))
  expect((await log.next()).reason).toBe('pool not reached: ECONNREFUSED')
  await proxy.stop('proxy stopped')
})

test('a pool that goes takes its miner with it, and its last words arrive', async () => {
  await using site = await setUp()
  const { miner, atPool } = await site.pair()
  const heard = hear(miner)
  atPool.end('{"id":null,"method":"client.show_message","params":["bye"]}')
  expect((await heard).toString()).toContain('bye')
  miner.end()
  expect((await site.log.next()).reason).toBe('pool closed')
})

test('a miner that breaks off takes its pool connection with it', async () => {
  await using site = await setUp()
  const { miner, atPool } = await site.pair()
  const gone = once(atPool, 'end')
  atPool.resume()
  miner.resetAndDestroy()
  await gone
  atPool.end()
  expect((await site.log.next()).reason).toBe('miner lost: ECONNRESET')
})

test('a side that never ends is cut off some time after the other did', async () => {
  await using site = await setUp()
  const { miner, atPool } = await site.pair()
  atPool.resume()
  miner.end()
  miner.resume()
  await once(miner, 'close')
  expect((await site.log.next()).reason).toBe('miner closed')
  atPool.destroy()
})

test('[P3] a proxy that stops ends its sessions at once', async () => {
  await using site = await setUp()
  const { miner, atPool } = await site.pair()
  miner.resume()
  atPool.resume()
  const told = once(miner, 'end')
  await site.proxy.stop('proxy stopped')
  await told
  expect((await site.log.next()).reason).toBe('proxy stopped')
  expect(site.proxy.sessionCount()).toBe(0)
  miner.destroy()
})

test('a port that another program holds is named; the next proxy of the same box shares it', async () => {
  await using site = await setUp()
  const { host, port } = { host: '127.0.0.1', port: Number(site.proxy.listening[0]!.split(':')[1]) }
  const taken = [{ ...route('stratum+tcp://127.0.0.1:1'), listen: { host, port } }]
  await expect(startProxy(taken, { ...deps, captures: site.log.link })).rejects.toThrow(
    `proxy: cannot listen on 127.0.0.1:${port}: another program listens there`,
  )
  const next = await startProxy(taken, { ...deps, captures: site.log.link, takesOver: true })
  expect(next.listening).toEqual(site.proxy.listening)
  await next.stop('proxy stopped')
})
