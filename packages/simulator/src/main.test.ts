import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { createInterface } from 'node:readline'
import type { Readable, Writable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { commandLine } from './command-line.ts'
import { freePort } from './testing.ts'

const main = fileURLToPath(new URL('main.ts', import.meta.url))
const firstAddress = `127.${200 + (process.pid % 50)}.9.1`

type Program = ChildProcessByStdio<Writable, Readable, Readable>

function program(...args: string[]): { child: Program; ended: Promise<unknown[]> } & AsyncDisposable {
  const child = spawn(process.execPath, [main, '--first-address', firstAddress, '--pool-port', '0', ...args], {
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const ended = once(child, 'exit')
  return {
    child,
    ended,
    [Symbol.asyncDispose]: async () => {
      child.kill('SIGKILL')
      await ended
    },
  }
}

async function firstLine(stream: Readable): Promise<string> {
  const [line] = await once(createInterface({ input: stream }), 'line')
  return String(line)
}

test('says on one line when it is ready, serves, and ends at SIGTERM', async () => {
  await using run = program('--miners', '3', '--exit-with-stdin')
  const ready = JSON.parse(await firstLine(run.child.stdout))
  expect(ready).toEqual({
    ready: true,
    pool: expect.stringMatching(/^stratum\+tcp:\/\/127\.0\.0\.1:\d+$/),
    range: `${firstAddress}-${firstAddress.replace(/1$/, '3')}`,
    ports: { 80: 8_080, 4028: 14_028, 4433: 14_433 },
    control: expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+$/),
  })
  const miners = JSON.parse(await (await fetch(`${ready.control}/miners`)).text())
  expect(miners[0].pools.map((pool: { url: string }) => pool.url)).toEqual([ready.pool, ready.pool])
  run.child.kill('SIGTERM')
  expect(await run.ended).toEqual([0, null])
})

test('[P3] with a proxy first, the pool itself is second; it ends when who started it is gone', async () => {
  const proxy = 'stratum+tcp://127.0.0.1:13334'
  await using run = program('--miners', '1', '--stratum-url', proxy, '--exit-with-stdin')
  const ready = JSON.parse(await firstLine(run.child.stdout))
  const [miner] = JSON.parse(await (await fetch(`${ready.control}/miners`)).text())
  expect(miner.pools.map((pool: { url: string }) => pool.url)).toEqual([proxy, ready.pool])
  run.child.stdin.end()
  expect(await run.ended).toEqual([0, null])
})

test('a bad option ends it with a line that says which', async () => {
  await using run = program('--miners', 'many')
  expect(await firstLine(run.child.stderr)).toContain('--miners')
  expect(await run.ended).toEqual([1, null])
})

test('a taken port ends it with a line that says which, and nothing is held', async () => {
  const taken = createServer().listen(14_028, firstAddress)
  await once(taken, 'listening')
  await using run = program('--miners', '1', '--exit-with-stdin')
  expect(await firstLine(run.child.stderr)).toContain(`${firstAddress}:14028`)
  expect(await run.ended).toEqual([1, null])
  await new Promise(done => void taken.close(done))
})

test('above 6,000 miners it says that shares are counted only, and is ready', async () => {
  const places: string[] = []
  for (const name of ['http', 'cgminer', 'whatsminer']) places.push(`--${name}-port`, String(await freePort()))
  await using run = program('--miners', '50000', '--exit-with-stdin', ...places)
  expect(await firstLine(run.child.stderr)).toContain('as they would come')
  const ready = JSON.parse(await firstLine(run.child.stdout))
  expect(ready).toMatchObject({ ready: true, range: expect.stringMatching(/^127\.\d+\.9\.1-127\.\d+\.204\.80$/) })
})

test('has defaults for a demo of 200', () => {
  expect(commandLine([])).toMatchObject({ miners: 200, 'pool-port': 13_333, seed: 1, 'first-address': '127.20.0.1' })
})

test('takes no option that it does not know, and names each bad one on its own line', () => {
  expect(() => commandLine(['--warp'])).toThrow('--warp')
  expect(() => commandLine(['--miners', '-1', '--stratum-url', 'http://pool.example'])).toThrow()
  expect(() => commandLine(['--seed', 'x', '--http-port', '99999'])).toThrow(/--seed: .*\n--http-port: /)
})
