import type { ReadResult } from './poll.ts'

/**
 * One conversation with a miner at a time; a command ends a running read, and reads wait behind it [C3]. Addresses name
 * miners here: two ids never share one socket.
 */
export interface Conversations {
  /** Reads a miner. Who comes while it is being read joins, and gets the same answer. Waits for commands. */
  readonly read: (address: string, run: Reads) => Promise<ReadResult>
  /** As `read`, for those that need not wait: null while another conversation than a read is going on. */
  readonly poll: (address: string, run: Reads) => Promise<ReadResult> | null
  /** The read that is going on, to join. */
  readonly reading: (address: string) => Promise<ReadResult> | null
  /** Asks who is there; null while any conversation is going on. */
  readonly identify: <T>(address: string, run: (signal: AbortSignal) => Promise<T>) => Promise<T> | null
  /** Ends a read that is running, waits for the commands before this one, then runs it. */
  readonly command: <T>(address: string, run: () => Promise<T>) => Promise<T>
  /** Ends every read. Commands are left to end by themselves. */
  readonly stop: () => void
}

type Reads = (signal: AbortSignal) => Promise<ReadResult>

interface Line {
  /** What those who come to read join. */
  reading: Promise<ReadResult> | null
  /** End what gives way to a command. */
  yielding: AbortController[]
  /** Ends when the last in line has ended. Never rejects. */
  last: Promise<unknown>
  waiting: number
}

export function createConversations(): Conversations {
  const lines = new Map<string, Line>()

  function lineOf(address: string): Line {
    const line = lines.get(address) ?? { reading: null, yielding: [], last: Promise.resolve(), waiting: 0 }
    lines.set(address, line)
    return line
  }

  async function enter<T>(address: string, run: () => Promise<T>): Promise<T> {
    const line = lineOf(address)
    const turn = line.last.then(run)
    line.waiting += 1
    line.last = turn.catch(() => undefined)
    try {
      return await turn
    } finally {
      line.waiting -= 1
      if (line.waiting === 0) lines.delete(address)
    }
  }

  /** One that a command ends before its turn comes is run all the same, with a signal that says so. */
  function enterYielding<T>(address: string, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController()
    lineOf(address).yielding.push(controller)
    return enter(address, () => run(controller.signal))
  }

  function read(address: string, run: Reads): Promise<ReadResult> {
    const line = lineOf(address)
    line.reading ??= enterYielding(address, run)
    return line.reading
  }

  return {
    read,
    poll: (address, run) => (lines.has(address) && !lines.get(address)?.reading ? null : read(address, run)),
    reading: address => lines.get(address)?.reading ?? null,
    identify: (address, run) => (lines.has(address) ? null : enterYielding(address, run)),
    command: (address, run) => {
      const line = lineOf(address)
      line.yielding.splice(0).forEach(each => each.abort())
      line.reading = null
      return enter(address, run)
    },
    stop: () => {
      for (const line of lines.values()) line.yielding.forEach(each => each.abort())
    },
  }
}
