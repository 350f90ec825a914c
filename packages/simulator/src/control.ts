import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { z } from 'zod'
import { faultName, faultOptions } from './fault.ts'
import type { SimulatedSite, SiteMiner } from './site.ts'
import type { SimulatedPool } from './stratum/index.ts'

export interface Control extends AsyncDisposable {
  /** `http://127.0.0.1:40123` */
  readonly url: string
}

/** Faults, reboots and the truth about each miner, for demos and tests: HTTP on loopback, without a login. */
export function startControl(site: SimulatedSite, pool: SimulatedPool | null, port: number): Promise<Control> {
  const server = createServer((request, response) => {
    answer(site, pool, request)
      .then(said => send(response, said))
      .catch((error: unknown) => send(response, { status: 500, value: { error: String(error) } }))
  })
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ host: '127.0.0.1', port }, () => {
      const at = server.address()
      const bound = typeof at === 'object' && at !== null ? at.port : port
      resolve({ url: `http://127.0.0.1:${bound}`, [Symbol.asyncDispose]: () => closed(server) })
    })
  })
}

interface Said {
  readonly status: number
  readonly value: unknown
}

const mostBytes = 16 * 1024

const faultRequest = z.strictObject({ fault: faultName.nullable(), options: faultOptions.optional() })

async function answer(site: SimulatedSite, pool: SimulatedPool | null, request: IncomingMessage): Promise<Said> {
  const url = request.url ?? '/'
  if (request.method === 'GET' && url === '/miners') return ok(site.miners.map(described))
  if (request.method === 'GET' && url === '/pool') return ok(pool?.counters() ?? null)
  const [, address, act] = /^\/miners\/([\d.]+)\/(fault|reboot)$/.exec(url) ?? []
  const miner = address === undefined ? null : site.miner(address)
  if (request.method !== 'POST' || miner === null)
    return bad(404, 'GET /miners, GET /pool, POST /miners/<address>/fault or /reboot')
  // A page of another site can send no such type without asking first.
  if (request.headers['content-type'] !== 'application/json') return bad(415, 'content-type must be application/json')
  const body = await read(request)
  if (act === 'reboot') miner.reboot()
  else {
    const asked = faultRequest.safeParse(body)
    if (!asked.success) return bad(400, z.prettifyError(asked.error))
    await miner.setFault(asked.data.fault, asked.data.options)
  }
  return ok(described(miner))
}

function described(miner: SiteMiner): Record<string, unknown> {
  const { pools, fault, ...state } = miner.state()
  return {
    id: miner.id,
    family: miner.family,
    model: miner.model,
    mac: miner.mac,
    serial: miner.serial,
    ...state,
    fault: fault?.name ?? null,
    pools: pools.map(pool => ({ ...pool, password: undefined })),
  }
}

async function read(request: IncomingMessage): Promise<unknown> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk
    if (text.length > mostBytes) return undefined
  }
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function ok(value: unknown): Said {
  return { status: 200, value }
}

function bad(status: number, error: string): Said {
  return { status, value: { error } }
}

function send(response: ServerResponse, said: Said): void {
  response.writeHead(said.status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(said.value))
}

function closed(server: ReturnType<typeof createServer>): Promise<void> {
  server.closeAllConnections()
  return new Promise(resolve => void server.close(() => resolve()))
}
