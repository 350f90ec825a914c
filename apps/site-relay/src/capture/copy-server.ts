import { createServer, type Socket } from 'node:net'
import type { Logger } from 'pino'
import { CopyError, copyVersion, createCopyDecoder, encodeCopy, type CopyRecord } from './copy-record.ts'
import { listenOnPath } from './listen-on-path.ts'
import type { ProxyFeed, Recorder } from './recorder.ts'

export interface CopyServer {
  close(): void
}

/** Takes copies from proxies: of one, or of two while a new one relieves the old. */
export async function serveCopies(path: string, deps: { recorder: Recorder; log: Logger }): Promise<CopyServer> {
  const { recorder, log } = deps
  const feeds = new Map<Socket, ProxyFeed>()
  let due: NodeJS.Timeout | null = null

  const flush = () => {
    if (due !== null) clearTimeout(due)
    due = null
    recorder.flush()
    for (const [socket, feed] of feeds) sendStored(socket, feed)
  }
  const server = createServer(socket => {
    const decoder = createCopyDecoder()
    const take = (record: CopyRecord) => {
      if (record.kind === 'hello') return greet(socket, record.version, record.proxy)
      const feed = feeds.get(socket)
      if (feed === undefined) throw new CopyError(`${record.kind} before hello`)
      feed.take(record)
    }
    socket.on('data', chunk => {
      try {
        for (const record of decoder.push(chunk)) take(record)
      } catch (error) {
        if (!(error instanceof CopyError)) throw error
        log.error(`a proxy was cut off: ${error.message}`)
        socket.destroy()
      }
      if (recorder.waiting() >= mostWaiting) flush()
      else due ??= setTimeout(flush, flushMs)
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      feeds.get(socket)?.close()
      feeds.delete(socket)
    })
  })
  const greet = (socket: Socket, version: number, proxy: string) => {
    if (version !== copyVersion) throw new CopyError(`version ${version}`)
    const feed = recorder.connect(proxy)
    feeds.set(socket, feed)
    socket.write(encodeCopy({ kind: 'stored', number: feed.storedNumber() }))
  }
  const expiry = setInterval(() => {
    recorder.expire(goneForMs)
    due ??= setTimeout(flush, flushMs)
  }, goneForMs / 4)

  await listenOnPath(server, path)
  return {
    close() {
      clearInterval(expiry)
      server.close()
      flush()
      for (const socket of feeds.keys()) socket.destroySoon()
    },
  }
}

/** A transaction at most this often: each costs about as much as 50 messages. */
const flushMs = 50
const mostWaiting = 1000
/** A proxy that is started again after a fall is back within seconds, and then it is another. */
const goneForMs = 10_000

function sendStored(socket: Socket, feed: ProxyFeed): void {
  socket.write(encodeCopy({ kind: 'stored', number: feed.storedNumber() }))
}
