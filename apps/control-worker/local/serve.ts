import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { installation, paths } from '@headframe/protocol'
import { openDataFolder } from './data-folder.ts'
import { codeOf, FrontError, reasonOf } from './front-error.ts'
import { createGateway, type Gateway, type Tls } from './gateway.ts'
import { keepAssets } from './kept-assets.ts'
import type { FrontOptions } from './options.ts'
import { startRuntime, type Runtime } from './runtime.ts'
import { endStrays } from './workerds.ts'

/** Runs the control of a box until a signal ends it, and says so on stdout once it serves. */
export async function serve(options: FrontOptions): Promise<void> {
  const tls = readTls(options)
  if (!existsSync(options.assets))
    throw new FrontError(`there is no dashboard at ${options.assets}. Build it: npm run build`)
  openDataFolder(options.data)
  const parts: Parts = { gateways: [], runtime: null }
  const end = endOnce(parts)
  endOnSignals(end)
  const upstreamPort = () => parts.runtime?.port ?? null
  // The port first: it is what two fronts on one data folder would fight for.
  const url = await open(parts, { upstreamPort, tls }, options)
  const relayUrl = isLoopback(options.host) && !tls ? url : await open(parts, { upstreamPort }, loopback(options))
  await endStrays(options.data)
  // miniflare would go on with a new workerd, but whoever started us knows the pid of the old one.
  const assets = keepAssets({ ...options, say: line => process.stderr.write(`headframe: ${line}\n`) })
  parts.runtime = await startRuntime({ ...options, assets }, () => {
    process.stderr.write('headframe: workerd ended by itself\n')
    void end(1)
  })
  endOnSignals(end)
  const { port, pid } = parts.runtime
  const setUp = await isSetUp(port)
  process.stdout.write(`${JSON.stringify({ ready: true, url, relayUrl, setUp, workerd: pid })}\n`)
}

const loopback = (options: FrontOptions) => ({ host: '127.0.0.1', port: options['relay-port'] })

interface Parts {
  readonly gateways: Gateway[]
  runtime: Runtime | null
}

/** Takes the signals for ourselves: miniflare would end this process before workerd is gone. */
function endOnSignals(end: (code: number) => Promise<void>): void {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.removeAllListeners(signal)
    process.on(signal, () => void end(0))
  }
}

/** Ends all of it, once, within three seconds. */
function endOnce(parts: Parts): (code: number) => Promise<void> {
  let ending = false
  return async code => {
    if (ending) return
    ending = true
    for (const gateway of parts.gateways) gateway.close()
    await parts.runtime?.stop()
    process.exit(code)
  }
}

function readTls(options: FrontOptions): Tls | undefined {
  const { 'tls-cert': cert, 'tls-key': key } = options
  if (cert === undefined || key === undefined) return undefined
  return { cert: readPem('--tls-cert', cert), key: readPem('--tls-key', key) }
}

function readPem(option: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new FrontError(`${option}: cannot read ${path}: ${reasonOf(error)}`)
  }
}

interface Place {
  readonly host: string
  readonly port: number
}

async function open(
  parts: Parts,
  options: Parameters<typeof createGateway>[0],
  { host, port }: Place,
): Promise<string> {
  const gateway = makeGateway(options)
  gateway.server.listen(port, host)
  try {
    await once(gateway.server, 'listening')
  } catch (error) {
    throw new FrontError(whyNotListening(error, { host, port }))
  }
  parts.gateways.push(gateway)
  return urlOf(gateway, host, options.tls !== undefined)
}

function makeGateway(options: Parameters<typeof createGateway>[0]): Gateway {
  try {
    return createGateway(options)
  } catch (error) {
    throw new FrontError(`--tls-cert and --tls-key do not work: ${reasonOf(error)}`)
  }
}

function whyNotListening(error: unknown, { host, port }: Place): string {
  switch (codeOf(error)) {
    case 'EADDRINUSE':
      return `port ${port} on ${host} is taken. End what uses it, or choose another with --port`
    case 'EACCES':
      return `port ${port} needs more rights. Choose one above 1023 with --port`
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return `${host} is no address of this machine. Choose another with --host`
    default:
      return `cannot listen on ${host}:${port}: ${reasonOf(error)}`
  }
}

function urlOf({ server }: Gateway, host: string, tls: boolean): string {
  const address: AddressInfo | string | null = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const shown = isWildcard(host) ? '127.0.0.1' : host.includes(':') ? `[${host}]` : host
  return `${tls ? 'https' : 'http'}://${shown}:${port}`
}

const isWildcard = (host: string) => host === '0.0.0.0' || host === '::'
const isLoopback = (host: string) => isWildcard(host) || host === 'localhost' || host === '127.0.0.1'

async function isSetUp(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}${paths.installation}`)
  if (!answer.ok) throw new FrontError(`the worker does not answer (${answer.status}); see above`)
  return installation.parse(await answer.json()).setUp
}
