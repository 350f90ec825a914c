/** One thing that can be measured. */
export interface Bench {
  readonly about: string
  readonly run: (lab: Lab) => Promise<object>
}

/** Holds all that a bench starts, and ends it: after the last figure, after a failure, and on Ctrl-C. */
export interface Lab extends AsyncDisposable {
  /** Progress, for whoever waits. */
  say(line: string): void
  use<T extends Disposable | AsyncDisposable>(thing: T | Promise<T>): Promise<T>
}

export function openLab(): Lab {
  const stack = new AsyncDisposableStack()
  const end = () => stack.disposeAsync()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void end().finally(() => process.exit(1)))
  }
  return {
    say: line => void process.stderr.write(`${line}\n`),
    async use(thing) {
      const started = Promise.resolve(thing)
      // Kept before it has started: it is ended even when the end comes first.
      stack.defer(async () => {
        const ending = new AsyncDisposableStack()
        ending.use(await started.catch(() => null))
        await ending.disposeAsync()
      })
      return started
    },
    [Symbol.asyncDispose]: end,
  }
}
