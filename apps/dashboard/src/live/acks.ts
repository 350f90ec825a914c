import { ackEvery } from '@headframe/protocol'

export interface AcksDeps {
  readonly send: (received: number) => void
  readonly after: (delayMs: number, act: () => void) => () => void
  /** While a copy comes in each message is acknowledged, so that the next ones are sent. */
  readonly eager: () => boolean
}

export interface Acks {
  /** A message was handled. */
  handled(bytes: number): void
  stop(): void
}

/** Says how many messages were handled, as seldom as control allows [S7]. */
export function createAcks({ send, after, eager }: AcksDeps): Acks {
  let received = 0
  let unsaid = { messages: 0, bytes: 0 }
  let cancel: (() => void) | null = null

  const say = () => {
    stop()
    unsaid = { messages: 0, bytes: 0 }
    send(received)
  }
  const stop = () => {
    cancel?.()
    cancel = null
  }
  return {
    handled(bytes) {
      received++
      unsaid = { messages: unsaid.messages + 1, bytes: unsaid.bytes + bytes }
      const due = unsaid.messages >= ackEvery.messages || unsaid.bytes >= ackEvery.bytes
      if (due || eager()) say()
      else cancel ??= after(ackEvery.ms, say)
    },
    stop,
  }
}
