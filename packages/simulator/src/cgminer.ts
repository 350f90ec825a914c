import type { Answer, Door, Inside } from './protocol.ts'

export interface CgminerOptions {
  /** cgminer ends its answers with a NUL byte; btminer does not. */
  readonly endsWithNul: boolean
  /** @param request the parsed JSON; `undefined` when it is none */
  readonly respond: (request: unknown) => Answer
}

/** Port 4028: one request, one answer, and the connection is closed. */
export function cgminerDoor(inside: Inside, options: CgminerOptions): Door {
  return {
    port: 4028,
    serve: socket => {
      let received = ''
      let answered = false
      const answer = (request: unknown) => {
        if (answered) return
        answered = true
        const said = options.respond(request)
        if (said === null) socket.destroy()
        else inside.deliver(said.text, text => socket.end(text + (options.endsWithNul ? '\0' : ''), said.after))
      }
      socket.setTimeout(idleMs, () => socket.destroy())
      socket.on('data', chunk => {
        received += chunk.toString('utf8')
        const request = parsed(received)
        if (received.length > mostBytes) socket.destroy()
        // Some clients end with a newline, some with NUL, some with nothing.
        else if (request !== undefined || /[\n\0]$/.test(received)) answer(request)
      })
      socket.on('end', () => answer(parsed(received)))
    },
  }
}

const mostBytes = 64 * 1024
const idleMs = 60_000

function parsed(text: string): unknown {
  try {
    return JSON.parse(text.replaceAll('\0', ''))
  } catch {
    return undefined
  }
}

/** The envelope of cgminer: a list with one status, and lists of rows. */
export function cgminerReply(
  status: { code: number; text: string; from: string; when: number },
  rows: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  return { STATUS: [statusRow('S', status)], ...rows, id: 1 }
}

export function cgminerError(status: {
  code: number
  text: string
  from: string
  when: number
}): Record<string, unknown> {
  return { STATUS: [statusRow('E', status)], id: 1 }
}

function statusRow(letter: 'S' | 'E', status: { code: number; text: string; from: string; when: number }) {
  return { STATUS: letter, When: status.when, Code: status.code, Msg: status.text, Description: status.from }
}

/** A difficulty as cgminer shortens it: `524K`, `1.05M`. */
export function shortDifficulty(difficulty: number): string {
  const units = [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'K'],
  ] as const
  const unit = units.find(([size]) => difficulty >= size)
  return unit === undefined ? String(difficulty) : `${Number((difficulty / unit[0]).toPrecision(3))}${unit[1]}`
}

/** How long ago, as cgminer writes it: `0:00:03`; `0` for never. */
export function ago(at: number | null, now: number): string {
  if (at === null) return '0'
  const seconds = Math.max(0, Math.floor((now - at) / 1000))
  const two = (value: number) => String(value).padStart(2, '0')
  return `${Math.floor(seconds / 3600)}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}
