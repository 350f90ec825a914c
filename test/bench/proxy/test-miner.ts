import { connect } from 'node:net'
import { once } from 'node:events'
import { firstId, shareLine } from './share.ts'

/** A miner that has one share under way at a time. */
export interface TestMiner extends Disposable {
  /** Microseconds from writing each share to having its whole answer. */
  submit(shares: number): Promise<number[]>
}

export async function connectMiner(port: number): Promise<TestMiner> {
  const socket = connect(port, '127.0.0.1').setNoDelay(true)
  await once(socket, 'connect')
  let id = firstId
  let under: Block | null = null

  const next = (block: Block) => {
    block.sentAt = process.hrtime.bigint()
    socket.write(shareLine(++id))
  }
  let heard = ''
  socket.on('data', chunk => {
    const now = process.hrtime.bigint()
    heard += chunk.toString('latin1')
    if (!heard.endsWith('\n') || !under) return
    if (!heard.startsWith(`{"id":${id},"result":true`)) {
      under.failed(new Error(`not the answer: ${heard}`))
      return
    }
    heard = ''
    under.timesUs.push(Number(now - under.sentAt) / 1000)
    if (under.timesUs.length < under.shares) next(under)
    else under.done(under.timesUs)
  })
  const lost = (why: string) => under?.failed(new Error(`the miner's connection was lost: ${why}`))
  socket.on('error', error => lost(error.message))
  socket.on('close', () => lost('closed'))

  return {
    submit(shares) {
      const { promise, resolve, reject } = Promise.withResolvers<number[]>()
      under = { shares, timesUs: [], sentAt: 0n, done: resolve, failed: reject }
      next(under)
      return promise
    },
    [Symbol.dispose]: () => void socket.destroy(),
  }
}

interface Block {
  readonly shares: number
  readonly timesUs: number[]
  readonly done: (timesUs: number[]) => void
  readonly failed: (error: Error) => void
  sentAt: bigint
}
