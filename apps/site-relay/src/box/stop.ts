import type { Supervisor } from './supervise.ts'

/** On the first SIGINT, SIGTERM or SIGHUP ends all children, and then this process. Never returns. */
export function stopOnSignal(supervisor: Supervisor, say: (line: string) => void): Promise<never> {
  let isAsked = false
  const stop = () => {
    if (isAsked) return
    isAsked = true
    say('Stopping ...')
    void supervisor.stop().then(() => process.exit(0))
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop)
  return new Promise(() => undefined)
}
