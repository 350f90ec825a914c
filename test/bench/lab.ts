/** One thing that can be measured. */
export interface Bench {
  readonly about: string
  readonly run: (lab: Lab, asked: Asked) => Promise<object>
}

/** What a bench may be told on the command line. */
export interface Asked {
  /** Less than its full size, for a first look. */
  readonly miners?: number
  /** The beat. */
  readonly everyS?: number
  /** Without a control. */
  readonly alone?: boolean
}

/** Holds all that a bench starts, and ends it: after the last figure, after a failure, and on Ctrl-C. */
export interface Lab extends AsyncDisposable {
  /** Progress, for whoever waits. */
  say(line: string): void
  use<T extends Disposable | AsyncDisposable>(thing: T | Promise<T>): Promise<T>
}

export function openLab(): Lab {
  const stack = new AsyncDisposableStack()
  let ending: Promise<void> | null = null
  const end = () => (ending ??= stack.disposeAsync())
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void end().finally(() => process.exit(1)))
  }
  return {
    say: line => void process.stderr.write(`${line}\n`),
    async use(thing) {
      const started = Promise.resolve(thing)
      if (stack.disposed) return refuse(started)
      // Kept before it has started: it is ended even when the end comes first.
      stack.defer(() => endOnceStarted(started))
      return started
    },
    [Symbol.asyncDispose]: end,
  }
}

async function endOnceStarted(started: Promise<Disposable | AsyncDisposable>): Promise<void> {
  const ending = new AsyncDisposableStack()
  ending.use(await started.catch(() => null))
  await ending.disposeAsync()
}

/** The bench was told to end while it was starting things. */
async function refuse(started: Promise<Disposable | AsyncDisposable>): Promise<never> {
  await endOnceStarted(started)
  throw new Error('the bench was ended')
}
