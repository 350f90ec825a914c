import { connect } from 'node:net'

/**
 * Whether somebody is at an address.
 * `open`: one of the ports takes connections. `closed`: a machine, without them. `silent`: nothing came back.
 * `shortage`: we could not ask; the address may hold anything.
 */
export type ProbeResult = 'open' | 'closed' | 'silent' | 'shortage'

export interface ProbeOptions {
  readonly ports: readonly number[]
  readonly timeoutMs: number
  readonly signal: AbortSignal
  /** Which of our own addresses to ask from; the system's choice when absent. */
  readonly localAddress?: string | undefined
}

/** Tries all ports of one address at once; ends with the first that is open. */
export async function probe(
  address: string,
  { ports, timeoutMs, signal, localAddress }: ProbeOptions,
): Promise<ProbeResult> {
  const done = new AbortController()
  const both = AbortSignal.any([signal, done.signal])
  const tries = ports.map(port => tryPort({ address, port, timeoutMs, localAddress }, both))
  const results: ProbeResult[] = []
  const each = tries.map(async one => {
    const result = await one
    results.push(result)
    if (result === 'open') done.abort()
  })
  await Promise.all(each)
  return best.find(result => results.includes(result)) ?? 'shortage'
}

const best: readonly ProbeResult[] = ['open', 'closed', 'shortage', 'silent']

interface PortTry {
  readonly address: string
  readonly port: number
  readonly timeoutMs: number
  readonly localAddress: string | undefined
}

function tryPort({ address, port, timeoutMs, localAddress }: PortTry, signal: AbortSignal): Promise<ProbeResult> {
  const { promise, resolve } = Promise.withResolvers<ProbeResult>()
  if (signal.aborted) return Promise.resolve('shortage')
  const socket = connect({ host: address, port, signal, ...(localAddress === undefined ? {} : { localAddress }) })
  const end = (result: ProbeResult) => {
    // A reset leaves no TIME_WAIT behind, here or on the miner.
    socket.resetAndDestroy()
    resolve(result)
  }
  socket.setTimeout(timeoutMs, () => end('silent'))
  socket.once('connect', () => end('open'))
  socket.once('error', error => end(resultOf('code' in error ? error.code : undefined)))
  return promise
}

/** A shortage of ours is never taken for an absent host: ENOBUFS is what a full neighbour table gives (arp(7)). */
function resultOf(code: unknown): ProbeResult {
  if (code === 'ECONNREFUSED' || code === 'ECONNRESET') return 'closed'
  if (code === 'EHOSTUNREACH' || code === 'ETIMEDOUT' || code === 'EHOSTDOWN') return 'silent'
  return 'shortage'
}
