import { createServer, request, type IncomingMessage } from 'node:http'
import { enrol, paths } from '@headframe/protocol'
import { WebSocket, WebSocketServer } from 'ws'
import type { Step, TimedStep } from './recording.ts'

/** Stands between a relay and its control, passes everything on, and writes down what they say on their link. */
export interface Listener extends AsyncDisposable {
  readonly url: string
  readonly startedAt: number
  readonly steps: readonly TimedStep[]
  /** By what the relay enrolled. */
  enrolled(): { readonly publicKey: string; readonly instance: string }
  /** Ends the connection of the moment; a new one is let through after `ms`. */
  cut(ms: number): void
}

export async function listenBetween(control: URL): Promise<Listener> {
  const startedAt = Date.now()
  const steps: TimedStep[] = []
  const note = (step: Step) => void steps.push({ atMs: Date.now() - startedAt, step })
  const sockets = new WebSocketServer({ noServer: true })
  let connections = 0
  let closedUntil = 0
  const open = new Set<WebSocket>()

  const server = createServer((incoming, answer) => {
    const onwards = request(new URL(incoming.url ?? '/', control), {
      method: incoming.method,
      headers: { ...incoming.headers, host: control.host },
    })
    onwards.on('response', response => {
      answer.writeHead(response.statusCode ?? 502, response.headers)
      response.pipe(answer)
    })
    onwards.on('error', () => answer.destroy())
    incoming.pipe(onwards)
    if (incoming.url === paths.enrol) void readEnrolment(incoming)
  })
  let enrolled: { publicKey: string; instance: string } | null = null
  async function readEnrolment(incoming: IncomingMessage): Promise<void> {
    let text = ''
    for await (const part of incoming) text += String(part)
    enrolled = enrol.parse(JSON.parse(text))
  }
  server.on('upgrade', (incoming, socket, head) => {
    if (Date.now() < closedUntil) return void socket.destroy()
    return sockets.handleUpgrade(incoming, socket, head, relay => join(relay, incoming.url ?? '/'))
  })

  function join(relay: WebSocket, path: string): void {
    const connection = ++connections
    const target = new URL(path, control)
    target.protocol = 'ws:'
    const far = new WebSocket(target)
    note({ kind: 'open', connection })
    const pass = (from: 'relay' | 'control', to: WebSocket) => (data: Buffer, isBinary: boolean) => {
      if (isBinary) note({ kind: 'chunk', connection, from, bytes: data.toString('base64') })
      to.send(data, { binary: isBinary })
    }
    far.on('message', pass('control', relay))
    far.once('open', () => relay.on('message', pass('relay', far)))
    for (const [one, other] of [[relay, far] as const, [far, relay] as const]) {
      open.add(one)
      one.on('error', () => one.terminate())
      one.once('close', () => {
        open.delete(one)
        other.terminate()
      })
    }
    relay.once('close', () => note({ kind: 'end', connection }))
  }

  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a TCP server has an address and a port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    startedAt,
    enrolled: () => {
      if (enrolled === null) throw new Error('no relay has enrolled yet')
      return enrolled
    },
    steps,
    cut: ms => {
      closedUntil = Date.now() + ms
      for (const socket of open) socket.terminate()
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of open) socket.terminate()
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
