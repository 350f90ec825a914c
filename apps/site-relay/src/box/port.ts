import { once } from 'node:events'
import { createServer } from 'node:net'
import { z } from 'zod'
import { BoxError } from './box-error.ts'

/** Refuses a port that something else holds, before anything is started. */
export async function checkPort(host: string, port: number, option: string): Promise<void> {
  const code = await tryPort(host, port)
  if (code === undefined) return
  if (code === 'EADDRINUSE')
    throw new BoxError(
      `port ${port} on ${host} is taken by another program. End it, or choose another port with ${option}`,
    )
  if (code === 'EACCES')
    throw new BoxError(`port ${port} needs more rights than this user has. Choose a port above 1023 with ${option}`)
  if (code === 'EADDRNOTAVAIL')
    throw new BoxError(`this machine has no address ${host}. Choose one that it has with --host`)
  throw new BoxError(`cannot listen on ${host}:${port} (${code})`)
}

/** True when nothing holds this port on this address. */
export async function isFree(host: string, port: number): Promise<boolean> {
  return (await tryPort(host, port)) === undefined
}

/** A loopback port that nothing held a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address and a port')
  return address.port
}

function tryPort(host: string, port: number): Promise<string | undefined> {
  const { promise, resolve } = Promise.withResolvers<string | undefined>()
  const server = createServer()
  server.once('error', error => resolve(z.object({ code: z.string() }).safeParse(error).data?.code ?? error.message))
  server.listen(port, host, () => server.close(() => resolve(undefined)))
  return promise
}
