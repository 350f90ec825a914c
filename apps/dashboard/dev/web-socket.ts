import { createHash } from 'node:crypto'
import type { Duplex } from 'node:stream'

/** The server's end of a WebSocket (RFC 6455), as much of it as a development server needs: whole messages, no extensions. */
export interface ServerSocket {
  send(data: string | Uint8Array): void
  close(code: number, reason: string): void
  onMessage: (text: string) => void
  onClose: () => void
}

// RFC 6455 section 1.3.
const acceptGuid = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
const opcodes = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

export function acceptSocket(stream: Duplex, key: string): ServerSocket {
  const accept = createHash('sha1')
    .update(key + acceptGuid)
    .digest('base64')
  stream.write(
    `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
  )
  const socket: ServerSocket = {
    send: data => void stream.write(frame(typeof data === 'string' ? opcodes.text : opcodes.binary, Buffer.from(data))),
    close: (code, reason) => {
      const body = Buffer.alloc(2 + Buffer.byteLength(reason))
      body.writeUInt16BE(code)
      body.write(reason, 2)
      stream.end(frame(opcodes.close, body))
    },
    onMessage: () => {},
    onClose: () => {},
  }
  let rest: Buffer = Buffer.alloc(0)
  stream.on('data', (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes])
    for (let read = readFrame(rest); read; read = readFrame(rest)) {
      rest = rest.subarray(read.size)
      if (read.opcode === opcodes.text) socket.onMessage(read.body.toString())
      if (read.opcode === opcodes.ping) stream.write(frame(opcodes.pong, read.body))
      if (read.opcode === opcodes.close) stream.end(frame(opcodes.close, read.body))
    }
  })
  stream.on('close', () => socket.onClose())
  stream.on('error', () => stream.destroy())
  return socket
}

function frame(opcode: number, body: Buffer): Buffer {
  const long = body.length > 0xffff
  const head = Buffer.alloc(body.length < 126 ? 2 : long ? 10 : 4)
  head[0] = 0x80 | opcode
  if (body.length < 126) head[1] = body.length
  else if (long) {
    head[1] = 127
    head.writeBigUInt64BE(BigInt(body.length), 2)
  } else {
    head[1] = 126
    head.writeUInt16BE(body.length, 2)
  }
  return Buffer.concat([head, body])
}

interface ReadFrame {
  readonly opcode: number
  readonly body: Buffer
  readonly size: number
}

/** A masked frame of a browser; `null` until all of it is there. */
function readFrame(bytes: Buffer): ReadFrame | null {
  if (bytes.length < 6) return null
  const short = (bytes[1] ?? 0) & 0x7f
  const start = short === 126 ? 4 : short === 127 ? 10 : 2
  if (bytes.length < start + 4) return null
  const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short
  const size = start + 4 + length
  if (bytes.length < size) return null
  const mask = bytes.subarray(start, start + 4)
  const body = Buffer.from(bytes.subarray(start + 4, size)).map((byte, index) => byte ^ (mask[index % 4] ?? 0))
  return { opcode: (bytes[0] ?? 0) & 0x0f, body: Buffer.from(body), size }
}
