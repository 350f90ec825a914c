import { exchange, type Exchange } from './socket.ts'

/** Where one port of one miner really is. */
export type Place = {
  readonly host: string
  readonly port: number
  readonly localAddress: string | undefined
  readonly maySend?: (() => boolean) | undefined
}

/** Sends one JSON command to port 4028 and gives the text up to the NUL, the end, or a whole object and a line break. */
export async function askCgminerPort(
  place: Place,
  command: object,
  timing: { timeoutMs: number; signal: AbortSignal },
): Promise<string> {
  const options: Exchange = {
    ...place,
    send: Buffer.from(`${JSON.stringify(command)}\n`),
    timeoutMs: timing.timeoutMs,
    maxBytes: 1024 * 1024,
    isWhole,
    // Slow networks cut replies off: what came can be parsed in part.
    keepsPart: true,
  }
  const received = await exchange(options, timing.signal)
  const nul = received.indexOf(0)
  return received.toString('utf8', 0, nul === -1 ? received.length : nul)
}

const lineFeed = 0x0a

function isWhole(received: Buffer): boolean {
  if (received.includes(0)) return true
  if (received.at(-1) !== lineFeed || !/\}\s*$/.test(received.toString('latin1', Math.max(0, received.length - 16))))
    return false
  try {
    JSON.parse(received.toString('utf8'))
    return true
  } catch {
    return false
  }
}
