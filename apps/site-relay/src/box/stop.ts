import type { Supervisor } from './supervise.ts'

/**
 * Ends all children, and then this process: on the first SIGINT, SIGTERM or SIGHUP, and when the
 * start above us was killed, which nobody could then end with Ctrl-C. Never returns.
 */
export function stopOnSignal(supervisor: Supervisor, say: (line: string) => void): Promise<never> {
  let isAsked = false
  const stop = () => {
    if (isAsked) return
    isAsked = true
    say('Stopping ...')
    void supervisor.stop().then(() => process.exit(0))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  process.once('disconnect', stop)
  // Listening for that must not keep a start alive that failed.
  process.channel?.unref()
  // What is said to a terminal that is gone must not end us before the children are.
  process.stdout.on('error', () => undefined)
  return new Promise(() => undefined)
}
