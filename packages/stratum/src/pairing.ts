import type { Direction } from './message.ts'

/** A request that waits for its response. */
export interface Waiting<T> {
  /** Way that the request went; its response comes the other way. */
  readonly direction: Direction
  readonly id: string
  readonly at: number
  readonly asked: T
}

/**
 * Remembers a request. Both sides choose ids, so a request is known by its direction and id; an id used again before its
 * answer queues behind. Some requests are never answered (`suggest_difficulty`): those are forgotten by age and number.
 */
export function ask<T>(waiting: readonly Waiting<T>[], request: Waiting<T>): readonly Waiting<T>[] {
  const fresh = waiting.filter(other => request.at - other.at <= longestWaitMs)
  return [...fresh.slice(-(mostWaiting - 1)), request]
}

/** Takes out the oldest request that a response answers; `null` when none waits for it. */
export function settle<T>(
  waiting: readonly Waiting<T>[],
  response: { readonly direction: Direction; readonly id: string; readonly at: number },
): { readonly waiting: readonly Waiting<T>[]; readonly request: Waiting<T> | null } {
  const index = waiting.findIndex(
    ({ direction, id, at }) =>
      id === response.id && direction !== response.direction && response.at - at <= longestWaitMs,
  )
  const request = waiting[index]
  return request === undefined ? { waiting, request: null } : { waiting: waiting.toSpliced(index, 1), request }
}

/** cgminer gives up a handshake read after 60 s; twice that is no answer any more. */
const longestWaitMs = 120_000
const mostWaiting = 256
