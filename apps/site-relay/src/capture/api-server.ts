import { createServer, type Socket } from 'node:net'
import type { Answer, Ask } from '@headframe/protocol'
import { z } from 'zod'
import { maxApiLineBytes, toCapture, type FromCapture, type ToCapture } from './api-messages.ts'
import { createJsonLines } from './json-lines.ts'
import { listenOnPath } from './listen-on-path.ts'
import type { Ring } from './ring.ts'
import { whyOf } from './segment-folder.ts'
import { createTails, type Tails } from './tails.ts'

export interface ApiDeps {
  readonly ring: Ring
  readonly answer: (ask: Ask) => Promise<Answer>
  readonly health: () => Extract<FromCapture, { type: 'health' }>['health']
}

export interface ApiServer {
  /** There are new messages in the ring. */
  wake(): void
  close(): void
}

/** Answers questions about what is captured, and feeds tails. A connection that does not read gets no more. */
export async function serveApi(path: string, deps: ApiDeps): Promise<ApiServer> {
  const connections = new Set<Connection>()
  let due: NodeJS.Timeout | null = null
  const server = createServer(socket => {
    const connection = serveConnection(socket, deps)
    connections.add(connection)
    socket.on('close', () => connections.delete(connection))
  })
  const feed = () => {
    due = null
    for (const connection of connections) connection.feed()
  }
  await listenOnPath(server, path)
  return {
    wake() {
      due ??= setTimeout(feed, feedMs)
    },
    close() {
      if (due !== null) clearTimeout(due)
      server.close()
      for (const connection of connections) connection.close()
    },
  }
}

/** Messages reach a viewer in parts this far apart. */
const feedMs = 25
const mostQuestions = 64
const numbered = z.object({ id: z.number().int().min(0) })
/** Answers that a connection may leave unread before no more of its questions are read. */
const unreadBytes = 4 * 1024 * 1024

interface Connection {
  feed(): void
  close(): void
}

function serveConnection(socket: Socket, deps: ApiDeps): Connection {
  const tails = createTails(deps.ring)
  const read = createJsonLines(maxApiLineBytes)
  let questions = 0

  const send = (message: FromCapture) => {
    if (socket.destroyed) return
    socket.write(`${JSON.stringify(message)}\n`)
    if (socket.writableLength > unreadBytes) socket.pause()
  }
  const feed = () => {
    if (socket.writableNeedDrain) return
    for (const part of tails.due()) {
      send(part)
      if (socket.writableNeedDrain) return
    }
  }
  const answer = async (id: number, ask: Ask) => {
    if (questions >= mostQuestions) return send({ type: 'answer', id, answer: refused('too many questions at once') })
    questions++
    const given = await deps.answer(ask).catch((error: unknown) => refused(`cannot be read: ${whyOf(error)}`))
    questions--
    send({ type: 'answer', id, answer: given })
  }
  const take = (message: ToCapture) => {
    if (message.type === 'ask') return void answer(message.id, message.ask)
    if (message.type === 'health') return send({ type: 'health', id: message.id, health: deps.health() })
    if (!takeTail(message, tails)) send({ type: 'answer', id: message.id, answer: refused('too many tails') })
    feed()
  }
  socket.on('data', chunk => {
    for (const value of read(chunk)) {
      const message = toCapture.safeParse(value)
      if (message.success) take(message.data)
      else {
        const question = numbered.safeParse(value)
        // Whoever speaks another language gets no more time.
        if (!question.success) return void socket.destroy()
        send({ type: 'answer', id: question.data.id, answer: refused(z.prettifyError(message.error)) })
      }
    }
  })
  socket.on('drain', () => {
    socket.resume()
    feed()
  })
  socket.on('error', () => undefined)
  return { feed, close: () => socket.destroy() }
}

function takeTail(message: Extract<ToCapture, { type: 'tail' | 'ack' | 'stop' }>, tails: Tails): boolean {
  if (message.type === 'tail') return tails.start(message.id, message.filter, message.from)
  if (message.type === 'ack') tails.ack(message.id)
  else tails.stop(message.id)
  return true
}

function refused(text: string): Answer {
  return { kind: 'failed', code: 'bad-ask', text: text.slice(0, 256) }
}
