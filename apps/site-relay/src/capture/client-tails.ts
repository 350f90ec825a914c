import type { CapturedMessage, MessageFilter } from '@headframe/protocol'
import type { FromCapture } from './api-messages.ts'
import type { ApiConnection } from './client-connection.ts'

export type OnMessages = (messages: readonly CapturedMessage[], skipped: number) => void | Promise<void>

/** Tails that are followed, over any number of connections. */
export interface Followed {
  follow(filter: MessageFilter, onMessages: OnMessages): Disposable
  received(part: Part): void
  /** A new connection: each tail goes on from where it was. */
  resume(): void
}

export function createFollowed(connection: ApiConnection, newId: () => number): Followed {
  const tails = new Map<number, Tail>()
  let connections = 0

  const takeIn = async (tail: Tail, { id, messages, skipped }: Part) => {
    const current = connections
    if (messages.length > 0 || skipped > 0) await tail.onMessages(messages, skipped)
    if (current === connections) connection.send({ type: 'ack', id })
  }

  return {
    follow(filter, onMessages) {
      const id = newId()
      tails.set(id, { filter, onMessages, from: null })
      connection.send({ type: 'tail', id, filter, from: null })
      return {
        [Symbol.dispose]() {
          if (tails.delete(id)) connection.send({ type: 'stop', id })
        },
      }
    },
    received(part) {
      const tail = tails.get(part.id)
      if (tail === undefined) return
      tail.from = part.next
      void takeIn(tail, part)
    },
    resume() {
      connections++
      for (const [id, { filter, from }] of tails) connection.send({ type: 'tail', id, filter, from })
    },
  }
}

type Part = Extract<FromCapture, { type: 'tail' }>

interface Tail {
  readonly filter: MessageFilter
  readonly onMessages: OnMessages
  /** The seq to go on from; null before the first part came. */
  from: number | null
}
