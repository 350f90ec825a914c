import type { MessageFilter } from '@headframe/protocol'
import type { Entry } from './entry.ts'

/** A predicate for a filter: the one rule of what a viewer sees, live and from the store. */
export function matcherOf(filter: MessageFilter): (entry: Entry) => boolean {
  const { session, direction, method } = filter
  const text = filter.text?.toLowerCase() ?? ''
  return ({ message, raw }) =>
    (session === undefined || message.session === session) &&
    (direction === undefined || message.direction === direction) &&
    (method === undefined || message.method === method) &&
    (text === '' || textOf(raw).includes(text))
}

function textOf(raw: Uint8Array): string {
  return Buffer.from(raw.buffer, raw.byteOffset, raw.byteLength).toString().toLowerCase()
}
