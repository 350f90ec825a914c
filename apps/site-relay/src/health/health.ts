import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { Core } from '../core/core.ts'
import type { PollEnd } from '../fleet/schedule.ts'
import type { Box } from '../lease/box.ts'
import type { LeaseReport } from '../lease/report.ts'
import { syncReportOf, type SyncReport } from './sync-report.ts'

/** What the relay says of itself. No names of people, no secrets: everybody on this box may read it [X1]. */
export interface Health {
  readonly miners: Readonly<Record<string, number>>
  /** `late` should have begun a whole interval ago; how polls ended is counted since the start. */
  readonly polls: { readonly running: number; readonly late: number } & Readonly<Record<PollEnd, number>>
  readonly commands: number
  readonly links: Readonly<Record<string, string>>
  readonly coverage: unknown
  readonly capture: unknown
  readonly uptimeS: number
  /** `null` for a box that stands by. */
  readonly sync: SyncReport | null
  /** `null` for a relay without a standby. */
  readonly lease: LeaseReport | null
}

/** Of a box that acts, that stands by, or that only begins. */
export async function healthOf(
  { phase, lease }: Pick<Box, 'phase' | 'lease'>,
  capture: () => Promise<unknown>,
): Promise<Health> {
  const now = phase()
  const common = {
    capture: await capture().catch(() => 'down'),
    uptimeS: Math.round(process.uptime()),
    lease: lease(),
  }
  if (now?.kind === 'acts') return { ...actingHealth(now.core), ...common }
  const links = now?.standby.links.states() ?? {}
  return {
    miners: now ? { copied: now.standby.replica.count() } : {},
    polls: { running: 0, late: 0, answered: 0, failed: 0, again: 0 },
    commands: 0,
    links,
    coverage: [],
    sync: null,
    ...common,
  }
}

function actingHealth(core: Core): Omit<Health, 'capture' | 'uptimeS' | 'lease'> {
  return {
    miners: core.fleet.counts(),
    polls: {
      running: core.poller.running(),
      late: core.schedule.late(performance.now()),
      ...core.poller.ended(),
    },
    commands: core.guard.underWay(),
    links: core.links.states(),
    coverage: core.discovery.coverage(),
    sync: syncReportOf(core),
  }
}

/**
 * Serves it on loopback: `curl 127.0.0.1:8790`. Where that port is taken, by the relay of another data folder perhaps,
 * it takes a free one. Resolves with the port; `headframe status` finds it in `health.json`.
 */
export async function serveHealth({ port, read, signal }: HealthServer): Promise<number> {
  const server = createServer((_request, response) => {
    void answer(response, read)
  })
  signal.addEventListener('abort', () => {
    server.close()
    server.closeAllConnections()
  })
  await listen(server, port).catch(() => listen(server, 0))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address and a port')
  return address.port
}

export interface HealthServer {
  readonly port: number
  readonly read: () => Promise<Health>
  readonly signal: AbortSignal
}

async function listen(server: Server, port: number): Promise<void> {
  server.listen({ port, host: '127.0.0.1' })
  await once(server, 'listening')
}

async function answer(response: ServerResponse, read: () => Promise<Health>): Promise<void> {
  const health = await read()
  response.setHeader('content-type', 'application/json')
  response.end(`${JSON.stringify(health)}\n`)
}
