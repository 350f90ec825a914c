import { createServer, type AddressInfo, type ListenOptions, type Server, type Socket } from 'node:net'
import { newId } from '@headframe/protocol'
import type { Logger } from 'pino'
import type { Clock } from '../capture/clock.ts'
import { addressText, type Address, type PoolAddress, type Route } from './address.ts'
import type { CaptureLink } from './capture-link.ts'
import { codeOf, dial } from './dial.ts'
import { relaySession, type RelaySession } from './relay-session.ts'

export interface ProxyDeps {
  readonly clock: Clock
  readonly random: (bytes: Uint8Array) => Uint8Array
  readonly captures: CaptureLink
  readonly log: Logger
  readonly dialTimeoutMs: number
  readonly graceMs: number
  readonly ca?: string
  /** The proxy before this one may still hold the ports. */
  readonly takesOver: boolean
}

export interface Proxy {
  /** Where it listens, in the order of the routes. */
  readonly listening: readonly string[]
  sessionCount(): number
  /** Accepts no more and ends all sessions; miners connect again, here or at their next pool [P3]. */
  stop(reason: string): Promise<void>
}

/** Listens on every route. Each miner gets a connection of its own to the pool. */
export async function startProxy(routes: readonly Route[], deps: ProxyDeps): Promise<Proxy> {
  const sessions = new Set<RelaySession>()
  const servers: Server[] = []
  const reach = createReach(deps)
  let stopping: string | null = null

  const serve = async (miner: Socket, route: Route, listener: string) => {
    const startedAt = deps.clock.wallMs()
    const peer = addressText({ host: miner.remoteAddress ?? 'gone', port: miner.remotePort ?? 0 })
    const copy = deps.captures.open({
      id: newId('session', deps.random),
      peer,
      listener,
      pool: route.pool.url,
      startedAt,
    })
    const onEnd = (reason: string) => deps.captures.close(copy, deps.clock.wallMs(), reason)
    const pool = await reach(miner, route.pool)
    if (typeof pool === 'string') return onEnd(pool)
    const session = relaySession(miner, pool, {
      clock: deps.clock,
      graceMs: deps.graceMs,
      onCopied: copied => deps.captures.copied(copy, copied),
      onEnd: reason => {
        sessions.delete(session)
        onEnd(reason)
      },
    })
    sessions.add(session)
    if (stopping !== null) session.stop(stopping)
  }

  for (const route of routes) {
    const server = createServer(socketOptions, miner => void serve(miner, route, boundTo(server)))
    if (!deps.takesOver) await claim(route.listen)
    await listen(server, { ...route.listen, reusePort: true })
    // Too many open files, for one: those who are connected must not suffer.
    server.on('error', error =>
      deps.log.error({ listener: boundTo(server) }, `a miner was not accepted: ${codeOf(error)}`),
    )
    servers.push(server)
  }
  return {
    listening: servers.map(boundTo),
    sessionCount: () => sessions.size,
    async stop(reason) {
      stopping = reason
      const closed = servers.map(server => new Promise(resolve => server.close(resolve)))
      for (const session of sessions) session.stop(reason)
      await Promise.race([Promise.all(closed), new Promise(resolve => setTimeout(resolve, stopMs).unref())])
    },
  }
}

const socketOptions = {
  allowHalfOpen: true,
  // A miner's first bytes wait in the kernel until there is a pool to send them to.
  pauseOnConnect: true,
  noDelay: true,
  keepAlive: true,
  keepAliveInitialDelay: 30_000,
}
const stopMs = 1000

/** Finds the connection for a miner, or says why there is none: then the miner's is closed, so that it turns to its next pool [P3]. */
function createReach({ dialTimeoutMs, ca, log }: ProxyDeps) {
  const unreached = new Set<string>()
  return async (miner: Socket, address: PoolAddress): Promise<Socket | string> => {
    miner.on('error', () => undefined)
    try {
      const pool = await dial(address, { timeoutMs: dialTimeoutMs, ...(ca === undefined ? {} : { ca }) })
      if (unreached.delete(address.url)) log.info({ pool: address.url }, 'pool reached again')
      if (!miner.destroyed) return pool
      pool.destroy()
      return 'miner lost while its pool was dialled'
    } catch (error) {
      miner.destroy()
      const reason = `pool not reached: ${error instanceof Error ? error.message : 'unknown'}`
      // Once for all miners, which try again every few seconds.
      if (!unreached.has(address.url)) log.warn({ pool: address.url }, reason)
      unreached.add(address.url)
      return reason
    }
  }
}

/** Fails when anyone listens there: with SO_REUSEPORT alone, the proxy of another folder would get half of our miners. */
async function claim(address: Address): Promise<void> {
  if (address.port === 0) return
  const server = createServer()
  await listen(server, address).catch((cause: unknown) => {
    const why = cause instanceof Error ? codeOf(cause) : 'unknown'
    const said = why === 'EADDRINUSE' ? 'another program listens there' : why
    throw new Error(`proxy: cannot listen on ${addressText(address)}: ${said}`, { cause })
  })
  await new Promise(resolve => server.close(resolve))
}

function listen(server: Server, options: ListenOptions): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen({ ...options, backlog: 4096 }, () => {
    server.off('error', reject)
    resolve()
  })
  return promise
}

function boundTo(server: Server): string {
  const bound = server.address()
  return bound === null || typeof bound === 'string' ? '' : addressOf(bound)
}

const addressOf = (bound: AddressInfo) => addressText({ host: bound.address, port: bound.port })
