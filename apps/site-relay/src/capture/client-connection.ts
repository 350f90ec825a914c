import { connect, type Socket } from 'node:net'
import { fromCapture, maxApiLineBytes, type FromCapture, type ToCapture } from './api-messages.ts'
import { createJsonLines } from './json-lines.ts'

export interface ApiEvents {
  readonly opened: () => void
  readonly received: (message: FromCapture) => void
  readonly closed: () => void
}

/** A connection to the capture process that comes back by itself. */
export interface ApiConnection {
  /** False when it is away, or answers nothing any more. */
  send(message: ToCapture): boolean
  isOpen(): boolean
  /** Settles when the attempt that is under way has ended, if there is one. */
  attempt(): Promise<void>
  close(): void
}

export function connectApi(path: string, events: ApiEvents): ApiConnection {
  let socket: Socket | null = null
  let attempt = Promise.withResolvers<void>()
  let retry: NodeJS.Timeout | null = null
  let isOpen = false
  let isClosed = false

  const open = () => {
    const read = createJsonLines(maxApiLineBytes)
    const mine = connect(path)
    socket = mine
    attempt = Promise.withResolvers<void>()
    mine.on('connect', () => {
      isOpen = true
      events.opened()
      attempt.resolve()
    })
    mine.on('data', chunk => {
      for (const value of read(chunk)) {
        const message = fromCapture.safeParse(value)
        if (!message.success) return void mine.destroy()
        events.received(message.data)
      }
    })
    mine.on('error', () => undefined)
    mine.on('close', () => {
      isOpen = false
      attempt.resolve()
      events.closed()
      if (!isClosed) retry = setTimeout(open, retryMs)
    })
  }
  open()

  return {
    send(message) {
      if (!isOpen || socket === null || socket.writableLength > unreadBytes) return false
      socket.write(`${JSON.stringify(message)}\n`)
      return true
    },
    isOpen: () => isOpen,
    attempt: () => attempt.promise,
    close() {
      isClosed = true
      if (retry !== null) clearTimeout(retry)
      socket?.destroy()
    },
  }
}

const retryMs = 250
/** Questions that are not even read wait up to this size. */
const unreadBytes = 1_048_576
