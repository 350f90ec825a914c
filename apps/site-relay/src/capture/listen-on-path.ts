import { chmodSync, rmSync } from 'node:fs'
import { connect, type Server } from 'node:net'

/** Listens on a Unix socket for this user alone. Takes the place of one that a killed process left, never of one in use. */
export async function listenOnPath(server: Server, path: string): Promise<void> {
  await refuseSecond(path)
  rmSync(path, { force: true })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.listen(path, () => {
    server.off('error', reject)
    resolve()
  })
  await promise
  chmodSync(path, 0o600)
}

/** Fails when another process answers there. */
export async function refuseSecond(path: string): Promise<void> {
  if (await answers(path)) throw new Error(`another capture process is running on this data folder (${path})`)
}

function answers(path: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(path)
  socket.once('connect', () => resolve(true))
  socket.once('error', () => resolve(false))
  return promise.finally(() => socket.destroy())
}
