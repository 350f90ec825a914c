import { lookup } from 'node:dns/promises'
import { connect, isIP, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import type { PoolAddress } from './address.ts'
import { shareLookups } from './shared-lookup.ts'

export interface DialDeps {
  readonly timeoutMs: number
  /** Certificates to trust beside those of the system, for pools that sign their own. */
  readonly ca?: string
}

/** A connection to a pool, TLS included, not reading yet. Fails with a sentence that says why. */
export function dial(pool: PoolAddress, deps: DialDeps): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<Socket>()
  const socket = pool.tls ? dialTls(pool, deps) : connect(tcpOptions(pool))
  const fail = (why: string) => {
    clearTimeout(late)
    socket.on('error', () => undefined)
    socket.destroy()
    reject(new Error(why))
  }
  const failed = (error: Error) => fail(codeOf(error))
  const late = setTimeout(() => fail(`no answer within ${deps.timeoutMs / 1000} s`), deps.timeoutMs)
  socket.once('error', failed)
  socket.once(pool.tls ? 'secureConnect' : 'connect', () => {
    clearTimeout(late)
    socket.off('error', failed)
    resolve(socket)
  })
  return promise
}

/** `ECONNREFUSED`, or the message of an error that has no code. */
export function codeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : error.message.slice(0, 200)
}

const sharedLookup = shareLookups(host => lookup(host, { all: true }))

function tcpOptions(pool: PoolAddress) {
  return {
    host: pool.host,
    port: pool.port,
    lookup: sharedLookup,
    allowHalfOpen: true,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 30_000,
    // Node gives each address of a name 250 ms to answer: too little over a satellite.
    autoSelectFamilyAttemptTimeout: 2000,
  }
}

function dialTls(pool: PoolAddress, deps: DialDeps): Socket {
  const socket = connectTls({
    ...tcpOptions(pool),
    ...(isIP(pool.host) === 0 ? { servername: pool.host } : {}),
    ...(deps.ca === undefined ? {} : { ca: deps.ca }),
  })
  // Options of the TCP connection below are not all taken over from those of TLS.
  return socket.setNoDelay(true).setKeepAlive(true, 30_000)
}
