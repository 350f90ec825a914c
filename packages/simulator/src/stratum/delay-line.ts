export interface DelayLine {
  /** Hands `data` on after `delayMs`, never before what was sent earlier. */
  send(data: Buffer | string, delayMs: number): void
  stop(): void
}

/** Keeps the order of what is sent while the delay changes. Without delay it adds nothing. */
export function createDelayLine(write: (data: Buffer | string) => void): DelayLine {
  const queue: { readonly data: Buffer | string; readonly dueAt: number }[] = []
  let timer: NodeJS.Timeout | null = null

  const flush = (): void => {
    timer = null
    for (let [head] = queue; head !== undefined && head.dueAt <= performance.now(); [head] = queue) {
      queue.shift()
      write(head.data)
    }
    arm()
  }

  const arm = (): void => {
    const [head] = queue
    if (head !== undefined) timer ??= setTimeout(flush, Math.max(1, Math.ceil(head.dueAt - performance.now())))
  }

  return {
    send: (data, delayMs) => {
      if (delayMs <= 0 && queue.length === 0) return write(data)
      queue.push({ data, dueAt: performance.now() + delayMs })
      arm()
    },
    stop: () => {
      if (timer !== null) clearTimeout(timer)
      queue.length = 0
    },
  }
}
