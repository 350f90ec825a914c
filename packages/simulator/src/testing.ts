import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import { startSite, type SimulatedSite, type SiteDeps } from './site.ts'
import type { SiteSettings } from './site-settings.ts'
import { realWorld } from './world.ts'

/** A clock that only the test moves; timers run as it passes them. */
export interface TestClock extends Pick<SiteDeps, 'now' | 'after'> {
  advance(ms: number): void
  /** How many timers are not called off and not run. */
  waiting(): number
}

export function testClock(start = 1_767_225_600_000): TestClock {
  let now = start
  let waiting: { at: number; run: () => void }[] = []
  return {
    now: () => now,
    after: (ms, run) => {
      const timer = { at: now + ms, run }
      waiting.push(timer)
      return () => void (waiting = waiting.filter(each => each !== timer))
    },
    advance: ms => {
      now += ms
      const due = waiting.filter(each => each.at <= now).sort((a, b) => a.at - b.at)
      waiting = waiting.filter(each => each.at > now)
      for (const timer of due) timer.run()
    },
    waiting: () => waiting.length,
  }
}

let sites = 0

/** A site of its own addresses, so that test files and runs do not meet; without Stratum, on a clock of its own. */
export async function testSite(
  settings: Partial<SiteSettings>,
  deps: Partial<SiteDeps> = {},
): Promise<{ site: SimulatedSite; clock: TestClock } & AsyncDisposable> {
  const clock = testClock()
  sites += 1
  const place = process.pid * 64 + (sites % 64)
  const firstAddress = `127.${64 + (Math.floor(place / 65_536) % 64)}.${Math.floor(place / 256) % 256}.${place % 256}`
  const site = await startSite(
    { miners: [], stratum: false, firstAddress, pools: testPools, ...settings },
    { ...realWorld, ...clock, ...deps },
  )
  return { site, clock, [Symbol.asyncDispose]: () => site.close() }
}

/** A port that is free on all addresses, for a site behind one listener. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '0.0.0.0')
  await once(server, 'listening')
  const at = server.address()
  await new Promise(done => void server.close(done))
  return typeof at === 'object' && at !== null ? at.port : 0
}

export const testPools = [
  { url: 'stratum+tcp://127.0.0.1:3333', user: 'account.{worker}', password: 'x' },
  { url: 'stratum+tcp://127.0.0.1:3334', user: 'account.{worker}', password: 'y' },
]

/** Sends `bytes`, and gives all that came until the other side closed. */
export function exchange(
  at: { address: string; port: number },
  bytes: string | Uint8Array,
  then: 'wait' | 'half-close' = 'wait',
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect({ host: at.address, port: at.port }, () => {
      if (then === 'wait') socket.write(bytes)
      else socket.end(bytes)
    })
    socket.on('data', chunk => void chunks.push(chunk))
    socket.on('error', reject)
    socket.on('close', () => resolve(Buffer.concat(chunks)))
  })
}
