import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import { bitaxeInfo } from '../../apps/site-relay/src/core/hand-made-miner.ts'

/** Miners that write down who asked them what: judges of what relays do. */
export interface WatchedMiners extends AsyncDisposable {
  readonly addresses: readonly string[]
  readonly port: number
  /** Every connection and request, in order. */
  readonly asked: readonly Asked[]
  /** How often each was restarted. */
  readonly restarts: ReadonlyMap<string, number>
  /** While true, a miner that restarts does not come back. */
  hangs: boolean
  /** Resolves once `test` holds, looked at after each connection. */
  readonly until: (what: string, test: () => boolean, withinMs?: number) => Promise<void>
}

export interface Asked {
  /** Monotonic ms of the test. */
  readonly at: number
  readonly from: string
  readonly miner: string
  /** `null` for a connection without a request, as a scan makes them. */
  readonly request: string | null
}

/** Bitaxes of AxeOS 2.6, one for each address, all on one port. */
export async function startWatchedMiners(addresses: readonly string[]): Promise<WatchedMiners> {
  const asked: Asked[] = []
  const restarts = new Map<string, number>()
  const startedAt = new Map(addresses.map(address => [address, -86_400_000]))
  const away = new Set<string>()
  const waits = new Set<() => void>()
  const note = (entry: Omit<Asked, 'at'>) => {
    asked.push({ at: performance.now(), ...entry })
    for (const wait of waits) wait()
  }
  const servers: Server[] = []
  let port = 0
  for (const [index, address] of addresses.entries()) {
    const server = createServer((request, response) => {
      const from = request.socket.remoteAddress ?? ''
      note({ from, miner: address, request: `${request.method} ${request.url}` })
      if (away.has(address) && miners.hangs) return response.destroy()
      away.delete(address)
      response.setHeader('connection', 'close')
      if (request.url === '/api/system/restart' && request.method === 'POST') {
        restarts.set(address, (restarts.get(address) ?? 0) + 1)
        startedAt.set(address, performance.now())
        away.add(address)
        return response.end('System will restart shortly.')
      }
      if (request.url !== '/api/system/info') return response.writeHead(404).end()
      const uptimeSeconds = Math.round((performance.now() - (startedAt.get(address) ?? 0)) / 1000)
      return response.end(JSON.stringify({ ...bitaxeInfo, macAddr: macOf(index), uptimeSeconds }))
    })
    server.on('connection', ({ remoteAddress: from }) => {
      // One that was reset before we looked does not tell any more who it was.
      if (from !== undefined) note({ from, miner: address, request: null })
    })
    server.listen(port, address)
    await once(server, 'listening')
    servers.push(server)
    const at = server.address()
    port = typeof at === 'object' && at ? at.port : 0
  }
  const miners: WatchedMiners = {
    addresses,
    port,
    asked,
    restarts,
    hangs: false,
    until: async (what, test, withinMs = 60_000) => {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const look = () => {
        if (test()) resolve()
      }
      const late = setTimeout(() => reject(new Error(`not within ${withinMs} ms: ${what}`)), withinMs)
      waits.add(look)
      look()
      await promise.finally(() => {
        clearTimeout(late)
        waits.delete(look)
      })
    },
    [Symbol.asyncDispose]: async () => {
      for (const server of servers) {
        server.close()
        server.closeAllConnections()
        await once(server, 'close')
      }
    },
  }
  return miners
}

/** Who asked, one after the other: two that act at once would come in turns. */
export const turnsOf = (asked: readonly Asked[]): string[] =>
  asked.map(({ from }) => from).filter((from, index, all) => from !== all[index - 1])

const macOf = (index: number) => `30:AE:A4:00:01:${index.toString(16).padStart(2, '0').toUpperCase()}`
