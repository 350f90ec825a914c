/** One conversation with a miner at a time; a command ends a running poll [C3]. Addresses name miners here: two ids never share one socket. */
export interface Conversations {
  /** Runs a poll now, or returns null when the address is in conversation already. */
  readonly poll: <T>(address: string, run: (signal: AbortSignal) => Promise<T>) => Promise<T> | null
  /** Ends a poll that is running, waits for the commands before this one, then runs it. */
  readonly command: <T>(address: string, run: () => Promise<T>) => Promise<T>
  /** Ends every poll. Commands are left to end by themselves. */
  readonly stop: () => void
}

interface Line {
  poll: AbortController | null
  /** Ends when the last in line has ended. Never rejects. */
  last: Promise<unknown>
  waiting: number
}

export function createConversations(): Conversations {
  const lines = new Map<string, Line>()

  async function enter<T>(address: string, line: Line, run: () => Promise<T>): Promise<T> {
    const before = line.last
    const turn = before.then(run)
    line.waiting += 1
    line.last = turn.catch(() => undefined)
    try {
      return await turn
    } finally {
      line.waiting -= 1
      if (line.waiting === 0) lines.delete(address)
    }
  }

  return {
    poll: (address, run) => {
      if (lines.has(address)) return null
      const controller = new AbortController()
      const line: Line = { poll: controller, last: Promise.resolve(), waiting: 0 }
      lines.set(address, line)
      return enter(address, line, () => run(controller.signal))
    },
    command: (address, run) => {
      const line = lines.get(address) ?? { poll: null, last: Promise.resolve(), waiting: 0 }
      lines.set(address, line)
      line.poll?.abort()
      line.poll = null
      return enter(address, line, run)
    },
    stop: () => {
      for (const line of lines.values()) line.poll?.abort()
    },
  }
}
