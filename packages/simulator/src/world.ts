import { createServer, type Socket } from 'node:net'

/** What varies between a run and a test: the clock, timers and sockets. */
export interface World {
  now(): number
  /** Runs once after `ms`; gives what calls it off. */
  after(ms: number, run: () => void): () => void
  listen(at: Place, serve: (socket: Socket) => void): Promise<Listening>
}

interface Place {
  readonly address: string
  readonly port: number
}

export interface Listening {
  /** Refuses from now on; connections that are open stay. */
  close(): Promise<void>
}

// What is left of it is the kernel's own limit (net.core.somaxconn): one listener may stand for 50,000 miners.
const backlog = 4_096

export const realWorld: World = {
  now: () => Date.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
  listen: (at, serve) =>
    new Promise((resolve, reject) => {
      const server = createServer({ allowHalfOpen: true, noDelay: true }, serve)
      server.once('error', reject)
      server.listen({ host: at.address, port: at.port, exclusive: true, backlog }, () => {
        server.off('error', reject)
        resolve({ close: () => new Promise(done => void server.close(() => done())) })
      })
    }),
}
