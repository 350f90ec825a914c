import { decodeText, encodeText } from '@headframe/protocol'

/** A release of next year, as far as its messages go: words that today's control does not know. */
export function fromNextRelease(chunk: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const whole = ((chunk[0] ?? 0) & 0xc0) === 0xc0 && chunk[1] === 0x7b
  const text = whole ? decodeText(chunk.subarray(1)) : null
  const changed = text === null ? null : newerText(text)
  if (changed === null) return chunk
  const bytes = encodeText(changed)
  const longer = new Uint8Array(1 + bytes.length)
  longer.set(chunk.subarray(0, 1))
  longer.set(bytes, 1)
  return longer
}

function newerText(text: string): string | null {
  if (text.startsWith('{"type":"hello"')) {
    return text.replace('"allowed":[', '"allowed":["overclock",').replace(',]', ']').replace(/}$/, ',"mood":1}')
  }
  return text.startsWith('{"type":"events"') ? newerEvents(text) : null
}

/** As many characters as before: what is owed in credit is counted in bytes. */
export const newerEvents = (text: string): string =>
  text.replaceAll(future, '"type":"heat","level":"info","code":"tepid"')

/** A note that a newer release would tell as an event of its own. */
export const futureNote = { level: 'info', code: 'later', text: 'from next year' } as const
const future = `"type":"note","level":"info","code":"later"`
