import { WebSocket } from 'ws'
import type { OpenWire } from '../link/wire.ts'

/** From the dial to the open socket. */
const handshakeTimeout = 15_000

export const openWebSocket: OpenWire = (url, events) => {
  const socket = new WebSocket(url, { handshakeTimeout, maxPayload: 128 * 1024, perMessageDeflate: false })
  socket.binaryType = 'nodebuffer'
  socket.once('open', events.opened)
  socket.once('error', error => events.failed(error.message))
  socket.once('close', (code, reason) => events.closed(code, reason.toString()))
  socket.on('pong', events.pong)
  socket.on('message', (data, isBinary) => {
    if (isBinary && Buffer.isBuffer(data)) events.chunk(new Uint8Array(data))
  })
  return {
    send: (chunk, sent) => socket.send(chunk, sent),
    isOpen: () => socket.readyState === WebSocket.OPEN,
    bufferedBytes: () => socket.bufferedAmount,
    ping: () => socket.ping(),
    close: (code, reason) => socket.close(code, reason),
    terminate: () => socket.terminate(),
  }
}
