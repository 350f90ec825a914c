import type { Socket } from 'node:net'
import { MinerError } from '../miner-error.ts'
import { connectNow } from './connect-now.ts'
import { aborted, failureOf, timedOut, tooLarge } from './failure.ts'

export type Exchange = {
  readonly host: string
  readonly port: number
  readonly localAddress: string | undefined
  readonly send: Uint8Array
  readonly timeoutMs: number
  readonly maxBytes: number
  /** The reply is whole: nothing more is read. `ended`: nothing more comes. May throw a `MinerError`. */
  readonly isWhole: (received: Buffer, ended: boolean) => boolean
  /** Asked right before the request leaves. */
  readonly maySend?: (() => boolean) | undefined
  /** What came before the time was over or the connection broke is worth having. */
  readonly keepsPart: boolean
}

/** One request and its reply over a connection of their own, closed after it whatever happens. */
export function exchange(options: Exchange, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted || options.maySend?.() === false) return reject(aborted(false))
    let received: Buffer = Buffer.alloc(0)
    let sent = false
    const socket = open(options, bytes => {
      received = received.length === 0 ? Buffer.from(bytes) : Buffer.concat([received, bytes])
      if (received.length > options.maxBytes) finish(() => reject(tooLarge()))
      else if (isWhole(false)) finish(() => resolve(received))
    })
    const deadline = setTimeout(() => end(timedOut(sent)), options.timeoutMs)
    const abort = () => finish(() => reject(aborted(sent)))
    signal.addEventListener('abort', abort)

    let settle: (() => void) | null = null
    // It settles when the connection is really gone, so that the next request finds the miner free.
    const finish = (how: () => void) => {
      if (settle) return
      settle = how
      clearTimeout(deadline)
      signal.removeEventListener('abort', abort)
      socket.destroy()
    }
    const end = (error: MinerError) => {
      finish(() => (options.keepsPart && received.length > 0 ? resolve(received) : reject(error)))
    }
    const isWhole = (ended: boolean) => {
      try {
        return options.isWhole(received, ended)
      } catch (error) {
        finish(() => reject(failureOf(error, sent)))
        return false
      }
    }
    socket.on('connect', () => {
      if (options.maySend?.() === false) return finish(() => reject(aborted(false)))
      sent = true
      socket.write(options.send)
    })
    socket.on('end', () => {
      if (isWhole(true)) finish(() => resolve(received))
      else end(new MinerError('closed', 'the miner closed the connection', { sent }))
    })
    socket.on('error', error => end(failureOf(error, sent)))
    socket.on('close', () => settle?.())
  })
}

/** All sockets read into this one: what comes is taken out before anything else happens. */
const into = new Uint8Array(64 * 1024)

function open({ host, port, localAddress }: Exchange, take: (bytes: Uint8Array) => void): Socket {
  return connectNow({
    host,
    port,
    ...(localAddress === undefined ? {} : { localAddress }),
    onread: {
      buffer: into,
      callback: (length, buffer) => {
        take(buffer.subarray(0, length))
        return true
      },
    },
  })
}
