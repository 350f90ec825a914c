import { encodeMessage, maxMessageBytes, type CapturedMessage, type MessageFilter } from '@headframe/protocol'
import type { Session } from './session.ts'

/** Follows captured messages until it is disposed of. */
export type OpenTail = (
  filter: MessageFilter,
  onMessages: (messages: readonly CapturedMessage[], skipped: number) => void,
) => Disposable

/** Live tails of one connection, one for each viewer. */
export interface Tails {
  /** Who follows what. Replaces the last. */
  readonly set: (wanted: readonly Wanted[]) => void
}

interface Wanted {
  readonly viewer: string
  readonly filter: MessageFilter
}

export interface TailsDeps {
  readonly open: OpenTail
  readonly session: Pick<Session, 'send'>
}

export function createTails({ open, session }: TailsDeps): Tails {
  const running = new Map<string, { readonly filter: string; readonly tail: Disposable }>()
  return {
    set: wanted => {
      const keys = new Map(wanted.map(each => [each.viewer, JSON.stringify(each.filter)]))
      for (const [viewer, { filter, tail }] of running) {
        if (keys.get(viewer) === filter) continue
        tail[Symbol.dispose]()
        running.delete(viewer)
      }
      for (const { viewer, filter } of wanted) {
        if (running.has(viewer)) continue
        running.set(viewer, { filter: JSON.stringify(filter), tail: follow(viewer, filter) })
      }
    },
  }

  function follow(viewer: string, filter: MessageFilter): Disposable {
    /** Dropped since the last that went: a slow reader costs this number and nothing else [S7]. */
    let owed = 0
    const send = (messages: readonly CapturedMessage[], skipped: number): void => {
      const message = { type: 'tail' as const, viewer, messages: [...messages], skipped: skipped + owed }
      if (messages.length > 1 && encodeMessage(message).length > maxMessageBytes) {
        const half = Math.ceil(messages.length / 2)
        send(messages.slice(0, half), skipped)
        send(messages.slice(half), 0)
      } else if (session.send('bulk', message)) owed = 0
      else owed += skipped + messages.length
    }
    return open(filter, (messages, skipped) => {
      for (let from = 0; from < Math.max(1, messages.length); from += mostAtOnce) {
        send(messages.slice(from, from + mostAtOnce), from === 0 ? skipped : 0)
      }
    })
  }
}

/** As the message allows. */
const mostAtOnce = 500
