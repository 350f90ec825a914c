import { connect, createServer, type Socket } from 'node:net'

/** A cable that can be pulled: forwards TCP to a port, and on `cut` drops all it carries and takes no more. */
export interface Cable {
  readonly port: number
  cut(): void
  mend(): void
  [Symbol.asyncDispose](): Promise<void>
}

export async function layCable(toPort: number): Promise<Cable> {
  const sockets = new Set<Socket>()
  let whole = true
  const keep = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  }
  const server = createServer({ allowHalfOpen: true }, near => {
    keep(near)
    if (!whole) return near.destroy()
    const far = connect({ port: toPort, host: '127.0.0.1', allowHalfOpen: true })
    keep(far)
    near.pipe(far).pipe(near)
    near.on('close', () => far.destroy())
    far.on('close', () => near.destroy())
    return undefined
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address and a port')
  const cut = () => {
    whole = false
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: address.port,
    cut,
    mend() {
      whole = true
    },
    async [Symbol.asyncDispose]() {
      cut()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
