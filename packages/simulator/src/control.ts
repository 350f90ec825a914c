import { once } from 'node:events'
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
    answer({ site, pool }, request, response).catch((error: unknown) =>
      send(response, { status: 500, value: { error: String(error) } }),
    )
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

interface Simulated {
  readonly site: SimulatedSite
  readonly pool: SimulatedPool | null
}

interface Said {
  readonly status: number
  readonly value: unknown
}

async function answer(simulated: Simulated, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === 'GET' && request.url === '/miners') await sendMiners(response, simulated.site)
  else send(response, request.method === 'GET' ? look(simulated, request) : await act(simulated.site, request))
}

const usage =
  'GET /miners, GET /miners/<address>, GET /pool, GET /visits, POST /miners/<address>/fault or /reboot, POST /faults {share, fault}'

function look({ site, pool }: Simulated, { url = '/' }: IncomingMessage): Said {
  if (url === '/pool') return ok(pool?.counters() ?? null)
  if (url === '/visits') return ok(site.visits())
  const address = /^\/miners\/([\d.]+)$/.exec(url)?.[1]
  const miner = address === undefined ? null : site.miner(address)
  return miner === null ? bad(404, usage) : ok(described(miner))
}

async function act(site: SimulatedSite, request: IncomingMessage): Promise<Said> {
  // A page of another site can send no such type without asking first.
  const isAsked = request.headers['content-type'] === 'application/json'
  const body = isAsked ? await read(request) : undefined
  const { url = '/' } = request
  const [, address = '', what] = /^\/miners\/([\d.]+)\/(fault|reboot)$/.exec(url) ?? []
  const miner = site.miner(address)
  if (request.method !== 'POST' || (miner === null && url !== '/faults')) return bad(404, usage)
  if (!isAsked) return bad(415, 'content-type must be application/json')
  if (miner === null) return await setFaults(site, body)
  if (what === 'fault') return await setFault(miner, body)
  miner.reboot()
  return ok(described(miner))
}

const faultRequest = z.strictObject({ fault: faultName.nullable(), options: faultOptions.optional() })

async function setFault(miner: SiteMiner, body: unknown): Promise<Said> {
  const asked = faultRequest.safeParse(body)
  if (!asked.success) return bad(400, z.prettifyError(asked.error))
  await miner.setFault(asked.data.fault, asked.data.options)
  return ok(described(miner))
}

const shareRequest = faultRequest
  .extend({ share: z.number().min(0).max(1) })
  .refine(({ options }) => options?.address === undefined, 'one address is for one miner')

async function setFaults(site: SimulatedSite, body: unknown): Promise<Said> {
  const asked = shareRequest.safeParse(body)
  return asked.success ? ok({ miners: await site.setFaults(asked.data) }) : bad(400, z.prettifyError(asked.error))
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

const mostBytes = 16 * 1024

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

const json = { 'content-type': 'application/json' }

function send(response: ServerResponse, said: Said): void {
  response.writeHead(said.status, json)
  response.end(JSON.stringify(said.value))
}

const atOnce = 200

/** Some at a time, as they are taken: at 50,000 miners the whole list is 40 MB, and other requests would wait for it. */
async function sendMiners(response: ServerResponse, site: SimulatedSite): Promise<void> {
  response.writeHead(200, json)
  response.write('[')
  const ended = new AbortController()
  response.once('close', () => ended.abort())
  for (let first = 0; first < site.count && !ended.signal.aborted; first += atOnce) {
    const some = Array.from({ length: Math.min(atOnce, site.count - first) }, (_, by) => described(site.at(first + by)))
    const text = `${first === 0 ? '' : ','}${JSON.stringify(some).slice(1, -1)}`
    // Who goes away in the middle ends the list.
    if (!response.write(text)) await once(response, 'drain', ended).catch(() => {})
  }
  response.end(']')
}

function closed(server: ReturnType<typeof createServer>): Promise<void> {
  server.closeAllConnections()
  return new Promise(resolve => void server.close(() => resolve()))
}
