import { connectNow } from '@headframe/miners/transports'

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
export function probe(address: string, { ports, timeoutMs, signal, localAddress }: ProbeOptions): Promise<ProbeResult> {
  if (signal.aborted) return Promise.resolve('shortage')
  const { promise, resolve } = Promise.withResolvers<ProbeResult>()
  const results: ProbeResult[] = []
  const from = localAddress === undefined ? {} : { localAddress }
  const sockets = ports.map(port => connectNow({ host: address, port, ...from }))
  const end = () => {
    clearTimeout(late)
    signal.removeEventListener('abort', end)
    // A reset leaves no TIME_WAIT behind, here or on the miner.
    for (const socket of sockets) socket.resetAndDestroy()
    resolve(best.find(result => results.includes(result)) ?? 'shortage')
  }
  const take = (result: ProbeResult) => {
    if (results.push(result) === ports.length || result === 'open') end()
  }
  const late = setTimeout(() => {
    results.push('silent')
    end()
  }, timeoutMs)
  signal.addEventListener('abort', end)
  for (const socket of sockets) {
    socket.once('connect', () => take('open'))
    socket.once('error', error => take(resultOf('code' in error ? error.code : undefined)))
  }
  return promise
}

const best: readonly ProbeResult[] = ['open', 'closed', 'shortage', 'silent']

/** A shortage of ours is never taken for an absent host: ENOBUFS is what a full neighbour table gives (arp(7)). */
function resultOf(code: unknown): ProbeResult {
  if (code === 'ECONNREFUSED' || code === 'ECONNRESET') return 'closed'
  if (code === 'EHOSTUNREACH' || code === 'ETIMEDOUT' || code === 'EHOSTDOWN') return 'silent'
  return 'shortage'
}
