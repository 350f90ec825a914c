import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { connectCapture } from './client.ts'
import { captureSockets } from './socket-path.ts'

let data = ''
let pool: Server
const children = new Set<ChildProcess>()
/** Seven starts of a process, on a machine that may be busy with other tests. */
const timeout = 60_000

beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'headframe-processes-'))
  pool = acceptingPool().listen(0, '127.0.0.1')
  await once(pool, 'listening')
})
afterEach(async () => {
  for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  pool.close()
  rmSync(data, { recursive: true, force: true })
})

/** A pool that accepts every share. */
function acceptingPool(): Server {
  return createServer({ noDelay: true }, socket => {
    socket.on('error', () => undefined)
    createInterface({ input: socket }).on('line', line => socket.write(accepted(idOf(line))))
  })
}

const idOf = (line: string) => Number(/"id":(\d+)/.exec(line)?.[1])
const accepted = (id: number) => `{"id":${id},"result":true,"error":null}\n`
const share = (id: number) =>
  `{"id":${id},"method":"mining.submit","params":["w.1","1","00000000","655f1e80","00000001"]}\n`

function portOf(server: Server): number {
  const bound = server.address()
  return bound === null || typeof bound === 'string' ? 0 : bound.port
}

interface Running {
  readonly process: ChildProcess
  readonly told: Record<string, unknown>
  ended(): Promise<{ code: unknown; stderr: string }>
}

async function run(name: string, port = 0): Promise<Running> {
  const config = join(data, 'relay.json')
  const route = { listen: `127.0.0.1:${port}`, pool: `stratum+tcp://127.0.0.1:${portOf(pool)}` }
  writeFileSync(config, JSON.stringify({ proxy: [route] }))
  const script = join(import.meta.dirname, '..', `${name}-process.ts`)
  const child = spawn(process.execPath, [script, '--data', data, '--config', config], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  children.add(child)
  const stderr: string[] = []
  child.stderr.on('data', chunk => stderr.push(String(chunk)))
  const exit = once(child, 'exit')
  const line = await Promise.race([once(createInterface({ input: child.stdout }), 'line'), exit])
  const told = typeof line[0] === 'string' && line[0].startsWith('{') ? JSON.parse(line[0]) : {}
  return {
    process: child,
    told,
    ended: async () => ({ code: (await exit)[0], stderr: stderr.join('') }),
  }
}

const portIn = ({ told }: Running) => Number(String(told['listening']).split(':')[1])

/** A miner that submits a share soon after it got the answer to the one before, and keeps every byte that it gets. */
function mine(port: number) {
  const socket = connect(port, '127.0.0.1').setNoDelay(true)
  // A test that fails ends its proxy first.
  socket.on('error', () => undefined)
  const waiters = new Map<number, () => void>()
  let heard = ''
  let sent = 0
  let isOver = false
  const submit = () => {
    if (!isOver) socket.write(share(++sent))
  }
  socket.on('connect', submit)
  socket.on('data', chunk => {
    heard += String(chunk)
    if (!heard.endsWith('\n')) return
    waiters.get(sent)?.()
    setTimeout(submit, 4)
  })
  return {
    reached: (count: number) =>
      sent >= count ? Promise.resolve() : new Promise<void>(resolve => waiters.set(count, resolve)),
    count: () => sent,
    async stop() {
      const last = heard.split('\n').length - 1
      isOver = true
      if (last < sent) await once(socket, 'data')
      socket.end()
      await once(socket, 'close')
      return { heard, expected: Array.from({ length: sent }, (_, i) => accepted(i + 1)).join('') }
    },
  }
}

test('[P2] a capture that is killed and comes back costs miners no byte, and no message', { timeout }, async () => {
  const proxy = await run('proxy')
  const first = await run('capture')
  const miners = Array.from({ length: 6 }, () => mine(portIn(proxy)))
  await Promise.all(miners.map(miner => miner.reached(50)))
  first.process.kill('SIGKILL')
  await first.ended()
  await Promise.all(miners.map(miner => miner.reached(miner.count() + 50)))
  const second = await run('capture')
  await Promise.all(miners.map(miner => miner.reached(miner.count() + 50)))
  const heard = await Promise.all(miners.map(miner => miner.stop()))
  for (const { heard: got, expected } of heard) expect(got).toBe(expected)

  using client = connectCapture(captureSockets(data).api)
  const sent = miners.reduce((sum, miner) => sum + miner.count(), 0)
  const sessions = await untilEnded(client, miners.length)
  expect(sessions.reduce((sum, session) => sum + session.messagesToPool, 0)).toBe(sent)
  expect(sessions.reduce((sum, session) => sum + session.messagesToMiner, 0)).toBe(sent)
  expect(new Set(sessions.map(session => session.endReason))).toEqual(new Set(['miner closed']))
  expect(await client.health()).toMatchObject({ messages: 2 * sent, dropped: 0 })
  second.process.kill('SIGTERM')
  expect((await second.ended()).code).toBe(0)
})

async function untilEnded(client: ReturnType<typeof connectCapture>, count: number) {
  for (;;) {
    const sessions = await client.sessions(100)
    if (sessions.length === count && sessions.every(session => session.endedAt !== null)) return sessions
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

test('[P3] a proxy that is told to stop lets its miners go and ends, with them connected', { timeout }, async () => {
  const proxy = await run('proxy')
  const miner = connect(portIn(proxy), '127.0.0.1')
  miner.write(share(1))
  await once(miner, 'data')
  const gone = once(miner, 'close')
  const before = performance.now()
  proxy.process.kill('SIGTERM')
  await gone
  expect((await proxy.ended()).code).toBe(0)
  expect(performance.now() - before).toBeLessThan(2000)
})

test('[P3] the next proxy listens before the first one stops', { timeout }, async () => {
  const first = await run('proxy')
  const second = await run('proxy', portIn(first))
  expect(second.told).toEqual(first.told)
  first.process.kill('SIGTERM')
  await first.ended()
  const miner = connect(portIn(second), '127.0.0.1')
  miner.write(share(1))
  expect(String((await once(miner, 'data'))[0])).toBe(accepted(1))
  miner.destroy()
})

test('a second capture on the same folder ends with one clear line', { timeout }, async () => {
  await run('capture')
  const second = await run('capture')
  const { code, stderr } = await second.ended()
  expect(code).toBe(1)
  expect(stderr.split('\n').filter(line => line.startsWith('headframe: '))).toHaveLength(1)
})
