import type { Server } from 'node:net'

/** Listens on a free port of loopback, and tells it. */
export function tellPort(server: Server): void {
  server.listen({ host: '127.0.0.1', port: 0, backlog: 1024 }, () => {
    const bound = server.address()
    const port = bound !== null && typeof bound === 'object' ? bound.port : null
    process.stdout.write(`${JSON.stringify({ ready: true, port })}\n`)
  })
}
