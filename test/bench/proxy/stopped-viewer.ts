import { once } from 'node:events'
import { connect } from 'node:net'

/**
 * Follows all that is captured, from the oldest on, and reads nothing of it. It goes on acknowledging what it never
 * read, so that the capture process writes until the socket is full, and finds it full from then on.
 */
export async function attachStoppedViewer(path: string): Promise<Disposable> {
  const socket = connect(path)
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  socket.pause()
  const send = (message: object) => socket.write(`${JSON.stringify(message)}\n`)
  send({ type: 'tail', id: 1, filter: {}, from: 0 })
  const acknowledging = setInterval(() => send({ type: 'ack', id: 1 }), ackEveryMs)
  return {
    [Symbol.dispose]() {
      clearInterval(acknowledging)
      socket.destroy()
    },
  }
}

const ackEveryMs = 25
