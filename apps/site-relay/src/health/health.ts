import { createServer, type ServerResponse } from 'node:http'
import type { Core } from '../core/core.ts'

/** What the relay says of itself. No names of people, no secrets: everybody on this box may read it [X1]. */
export interface Health {
  readonly miners: Readonly<Record<string, number>>
  readonly polls: { readonly running: number; readonly late: number }
  readonly commands: number
  readonly links: Readonly<Record<string, string>>
  readonly coverage: unknown
  readonly capture: unknown
  readonly uptimeS: number
}

export async function healthOf(core: Core, capture: () => Promise<unknown>): Promise<Health> {
  return {
    miners: core.fleet.counts(),
    polls: { running: core.poller.running(), late: core.schedule.late(performance.now()) },
    commands: core.guard.underWay(),
    links: core.links.states(),
    coverage: core.discovery.coverage(),
    capture: await capture().catch(() => 'down'),
    uptimeS: Math.round(process.uptime()),
  }
}

/** Serves it on loopback: `curl 127.0.0.1:8790`. Rejects when the port is taken. */
export function serveHealth(port: number, read: () => Promise<Health>, signal: AbortSignal): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const server = createServer((_request, response) => {
    void answer(response, read)
  })
  server.once('error', reject)
  server.listen({ port, host: '127.0.0.1' }, resolve)
  signal.addEventListener('abort', () => {
    server.close()
    server.closeAllConnections()
  })
  return promise
}

async function answer(response: ServerResponse, read: () => Promise<Health>): Promise<void> {
  const health = await read()
  response.setHeader('content-type', 'application/json')
  response.end(`${JSON.stringify(health)}\n`)
}
