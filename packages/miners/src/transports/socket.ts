import { connect } from 'node:net'
import { MinerError } from '../miner-error.ts'
import { aborted, failureOf, timedOut, tooLarge } from './failure.ts'

export type Exchange = {
  readonly host: string
  readonly port: number
  readonly localAddress: string | undefined
  readonly send: Uint8Array
  readonly timeoutMs: number
  readonly maxBytes: number
  /** The reply is whole: nothing more is read. */
  readonly isWhole: (received: Buffer) => boolean
  /** What came before the time was over or the connection broke is worth having. */
  readonly keepsPart: boolean
}

/** One request and its reply over a connection of their own, closed after it whatever happens. */
export function exchange(options: Exchange, signal: AbortSignal): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(aborted(false))
    let received: Buffer = Buffer.alloc(0)
    let sent = false
    const { host, port, localAddress } = options
    const socket = connect({ host, port, ...(localAddress === undefined ? {} : { localAddress }) })
    const deadline = setTimeout(() => end(timedOut(sent)), options.timeoutMs)
    const abort = () => finish(() => reject(aborted(sent)))
    signal.addEventListener('abort', abort, { once: true })

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
    socket.on('connect', () => {
      sent = true
      socket.write(options.send)
    })
    socket.on('data', chunk => {
      received = Buffer.concat([received, chunk])
      if (received.length > options.maxBytes) return finish(() => reject(tooLarge()))
      if (options.isWhole(received)) finish(() => resolve(received))
    })
    socket.on('end', () => end(new MinerError('closed', 'the miner closed the connection', { sent })))
    socket.on('error', error => end(failureOf(error, sent)))
    socket.on('close', () => settle?.())
  })
}
