import type { Answer, Door, Inside } from '../protocol.ts'

const mostBytes = 64 * 1024
const idleMs = 60_000

/** Port 4433: a length of four bytes, little end first, and so many bytes of JSON; both ways, any number on a connection. */
export function frameDoor(inside: Inside, respond: (request: unknown) => Answer): Door {
  return {
    port: 4433,
    serve: socket => {
      let received: Buffer = Buffer.alloc(0)
      socket.setTimeout(idleMs, () => socket.destroy())
      socket.on('end', () => socket.end())
      socket.on('data', chunk => {
        received = Buffer.concat([received, chunk])
        for (;;) {
          const frame = firstFrame(received)
          if (frame === 'too long') return void socket.destroy()
          if (frame === null) return
          received = received.subarray(4 + frame.length)
          const said = respond(parsed(frame))
          if (said === null) return void socket.destroy()
          inside.deliver(said.text, text => socket.write(framed(text), () => said.after?.()))
        }
      })
    },
  }
}

export function framed(text: string): Buffer {
  const body = Buffer.from(text)
  const head = Buffer.alloc(4)
  head.writeUInt32LE(body.length)
  return Buffer.concat([head, body])
}

function firstFrame(bytes: Buffer): Buffer | 'too long' | null {
  if (bytes.length < 4) return null
  const length = bytes.readUInt32LE(0)
  if (length > mostBytes) return 'too long'
  return bytes.length < 4 + length ? null : bytes.subarray(4, 4 + length)
}

function parsed(frame: Buffer): unknown {
  try {
    return JSON.parse(frame.toString('utf8'))
  } catch {
    return undefined
  }
}
